import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const COMMAND = fileURLToPath(new URL('../../bin/mnnquant.js', import.meta.url));
const PRELOAD = fileURLToPath(new URL('preload.cjs', import.meta.url));

/** Windows has neither these signals nor files that change while they are open. */
export const NOT_HERE = process.platform === 'win32';

/** What goes wrong, and at which call. */
export interface Fault {
  /** Calls for files in this folder are counted. */
  readonly folder: string;
  readonly call?: string;
  /** The how manieth of them; 1 for the first. */
  readonly nth?: number;
  /** How the path must end. */
  readonly path?: string;
  readonly when?: 'before' | 'after';
  readonly action?: {
    readonly signal?: NodeJS.Signals;
    /** Of the error that the call throws. */
    readonly code?: string;
    /** What happens to the file; contents in base64. */
    readonly replace?: string;
    readonly append?: string;
    readonly truncate?: number;
    readonly remove?: true;
  };
  readonly worker?: {
    readonly terminateAfter?: number;
    readonly throwAfter?: number;
    readonly memory?: number;
  };
  /** A file in which all calls are listed. */
  readonly log?: string;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly fault?: Fault;
  readonly cwd?: string;
  /** A command of the shell before it, such as `ulimit -f 1`. */
  readonly shell?: string;
  /** Sends the signal after so many milliseconds. */
  readonly stop?: { readonly signal: NodeJS.Signals; readonly after: number };
}

/** The built command in a process of its own. */
export function runCommand(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { fault, cwd, shell, stop } = options;
  const env = { ...process.env };
  if (fault) {
    env.NODE_OPTIONS = `--require ${JSON.stringify(PRELOAD)}`;
    env.MNNQUANT_FAULT = JSON.stringify(fault);
  }
  const line = [process.execPath, COMMAND, ...args];
  const [program, ...rest] = shell ? ['sh', '-c', `${shell} && exec "$0" "$@"`, ...line] : line;
  const child = spawn(program!, rest, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const timer = stop && setTimeout(() => child.kill(stop.signal), stop.after);
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    text.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...text });
    });
  });
}

/** Contents of a folder's files by name; folders inside are left out. */
export function contents(folder: string): Map<string, string> {
  const files = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(files.map(({ name }) => [name, readFileSync(`${folder}/${name}`, 'base64')]));
}

export function temporaryFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('.'));
}

/** One after the other in each of two lanes, since each is a process. */
export async function inTwoLanes<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      const index = next++;
      results[index] = await work(items[index]!);
    }
  };
  await Promise.all([lane(), lane()]);
  return results;
}
