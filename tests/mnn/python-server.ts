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

/**
 * Many times what any script takes, also where others keep the cores busy; and below the limit of a test, so that it is said
 * which script has hung.
 */
const LIMIT = 480_000; // milliseconds

/** To the request of that number. */
type Answer = { readonly number: number } & ({ readonly status: number } | { readonly error: string });

/**
 * A Python that has loaded NumPy and MNN, from which a process is forked for each script: as safe from crashes as one
 * started for it, and there in a tenth of the time. It ends with the process that has started it.
 * After an error it is of no use any more.
 */
class PythonServer {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  /** Number of the request that was answered last. */
  readonly #answered = new Int32Array(new SharedArrayBuffer(4));
  /** Process group of Python and the scripts; 0 as long as there is none. */
  readonly #group = new Int32Array(new SharedArrayBuffer(4));
  #asked = 0;

  constructor(python: string) {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const script = fileURLToPath(new URL('./python/serve.py', import.meta.url));
    this.#worker = new Worker(new URL('./python-thread.mjs', import.meta.url), {
      workerData: { python, script, port: port2, answered: this.#answered, group: this.#group },
      transferList: [port2],
    });
    this.#worker.unref();
    port1.unref();
  }

  /** @throws where there is no Python to run it, or no end of the script within `limit` milliseconds */
  run(args: readonly string[], cwd: string, limit: number): PythonRun {
    const folder = mkdtempSync(join(tmpdir(), 'mnnquant-python-'));
    const output = join(folder, 'output');
    try {
      const answer = this.#ask({ args, cwd, output }, limit);
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

  /** Ends Python and the script that it runs. */
  kill(): void {
    const group = Atomics.load(this.#group, 0);
    try {
      if (group !== 0) process.kill(-group, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    this.#port.close();
    void this.#worker.terminate();
  }

  #ask(request: object, limit: number): Answer {
    const number = ++this.#asked;
    this.#port.postMessage({ number, ...request });
    if (Atomics.wait(this.#answered, 0, number - 1, limit) === 'timed-out')
      throw new Error(`no answer in ${limit / 1000} s to ${JSON.stringify(request)}`);
    const answer: Answer = receiveMessageOnPort(this.#port)?.message;
    if (answer?.number !== number)
      throw new Error(`expected the answer to request ${number}, got ${JSON.stringify(answer)}`);
    return answer;
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
 * @param options.limit milliseconds after which the script is killed
 * @throws where Python itself or MNN cannot be started, and where the script does not end; the next call starts anew
 */
export function callPython(
  python: string,
  args: readonly string[],
  { cwd = process.cwd(), limit = LIMIT }: { readonly cwd?: string; readonly limit?: number } = {},
): PythonRun {
  let server = servers.get(python);
  if (!server) {
    server = new PythonServer(python);
    servers.set(python, server);
  }
  try {
    return server.run(args, cwd, limit);
  } catch (error) {
    servers.delete(python);
    server.kill();
    throw error;
  }
}
