import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** How a Python script ended. */
export interface PythonRun {
  /** Exit code; -1 after a signal. */
  readonly status: number;
  readonly signal: NodeJS.Signals | undefined;
  /** What it printed, errors among it. */
  readonly output: string;
}

/** No script takes a tenth of it, also where others keep the cores busy. */
const LIMIT = 900_000; // milliseconds

type Answer = { readonly status: number } | { readonly error: string };

/**
 * A Python that has loaded NumPy and MNN, from which a process is forked for each script: as safe from crashes as one
 * started for it, and there in a tenth of the time. It ends with the process that has started it.
 */
class PythonServer {
  readonly #port: MessagePort;
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));

  constructor(python: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const script = fileURLToPath(new URL('./python/serve.py', import.meta.url));
    const worker = new Worker(new URL('./python-thread.mjs', import.meta.url), {
      workerData: { python, script, port: port2, answered: this.#answered },
      transferList: [port2],
    });
    worker.unref();
    port1.unref();
  }

  run(args: readonly string[], cwd: string): PythonRun {
    const folder = mkdtempSync(join(tmpdir(), 'mnnquant-python-'));
    const output = join(folder, 'output');
    try {
      const answer = this.#ask({ args, cwd, output });
      if ('error' in answer) throw new Error(answer.error);
      const { status } = answer;
      return {
        status: Math.max(-1, status),
        signal: status < 0 ? signalName(-status) : undefined,
        output: readFileSync(output, 'utf8'),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  #ask(request: object): Answer {
    Atomics.store(this.#answered, 0, 0);
    this.#port.postMessage(request);
    if (Atomics.wait(this.#answered, 0, 0, LIMIT) === 'timed-out')
      return { error: `no answer in ${LIMIT / 1000} s to ${JSON.stringify(request)}` };
    return receiveMessageOnPort(this.#port)!.message;
  }
}

function signalName(value: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, other]) => other === value);
  return (found?.[0] ?? `signal ${value}`) as NodeJS.Signals;
}

/** One for each Python of a file's tests; each file has its own module. */
const servers = new Map<string, PythonServer>();

/**
 * Runs a Python script, or `-c` and code, to its end.
 *
 * @throws where Python itself or MNN cannot be started
 */
export function callPython(
  python: string,
  args: readonly string[],
  { cwd = process.cwd() }: { readonly cwd?: string } = {},
): PythonRun {
  let server = servers.get(python);
  if (!server) {
    server = new PythonServer(python);
    servers.set(python, server);
  }
  return server.run(args, cwd);
}
