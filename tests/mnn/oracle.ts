import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Net, writeModel } from '@mnnquant/mnn-format';
import { type NumpyArray, readNpz, writeNpz } from './npz.ts';
import { callPython } from './python-server.ts';

const SCRIPT = pythonScript('oracle.py');

/** Path of one of our Python scripts. */
export function pythonScript(name: string): string {
  return fileURLToPath(new URL(`./python/${name}`, import.meta.url));
}

/** One command that MNN's runtime executed, after its geometry decomposition. */
export interface MnnCommand {
  readonly type: string;
  readonly name: string;
  readonly int8: boolean;
}

export interface MnnTensorInfo {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly layout: string;
}

export interface MnnInfo {
  readonly version: string;
  readonly inputs: readonly MnnTensorInfo[];
  readonly outputs: readonly MnnTensorInfo[];
}

/** MNN's runtime in a process of its own: it may crash without taking the tests along. */
export class MnnOracle {
  readonly #python: string;

  constructor(python: string) {
    this.#python = python;
  }

  /**
   * Outputs by name; inputs and outputs have a leading sample axis.
   *
   * @param options.plain takes no float convolution by Winograd's method
   */
  run(
    model: string,
    inputs: ReadonlyMap<string, NumpyArray>,
    options: { module?: boolean; plain?: boolean } = {},
  ): Map<string, NumpyArray> {
    return inFolder((folder) => {
      writeNpz(join(folder, 'in.npz'), inputs);
      const flags = [...(options.module ? ['--module'] : []), ...(options.plain ? ['--plain'] : [])];
      this.#call('run', model, join(folder, 'in.npz'), join(folder, 'out.npz'), ...flags);
      return readNpz(join(folder, 'out.npz'));
    });
  }

  /** Many small models, each safe from the others' crashes; what MNN says where it fails on one. */
  runEach(
    models: readonly { readonly net: Net; readonly inputs: ReadonlyMap<string, NumpyArray> }[],
    options: { module?: boolean } = {},
  ): (Map<string, NumpyArray> | string)[] {
    return inFolder((folder) => {
      for (const [i, { net, inputs }] of models.entries()) {
        writeFileSync(join(folder, `${i}.mnn`), writeModel(net));
        writeNpz(join(folder, `${i}.in.npz`), inputs);
      }
      this.#call('batch', folder, ...(options.module ? ['--module'] : []));
      return models.map((_, i) => {
        const problem = join(folder, `${i}.txt`);
        if (existsSync(problem))
          return readFileSync(problem, 'utf8').trim().split('\n').slice(-3).join(' | ');
        return readNpz(join(folder, `${i}.out.npz`));
      });
    });
  }

  /** Seeded random inputs of the shapes that the model declares (`dim` for dynamic extents). */
  random(
    model: string,
    options: { seed?: number; samples?: number; dim?: number; module?: boolean } = {},
  ): Map<string, NumpyArray> {
    return inFolder((folder) => {
      const flags = [
        '--seed',
        `${options.seed ?? 0}`,
        '--samples',
        `${options.samples ?? 1}`,
        '--dim',
        `${options.dim ?? 1}`,
      ];
      if (options.module) flags.push('--module');
      this.#call('random', model, join(folder, 'in.npz'), ...flags);
      return readNpz(join(folder, 'in.npz'));
    });
  }

  /** The commands that ran for the first sample, in order. */
  commands(model: string, inputs: ReadonlyMap<string, NumpyArray>): MnnCommand[] {
    return inFolder((folder) => {
      writeNpz(join(folder, 'in.npz'), inputs);
      this.#call('ops', model, join(folder, 'in.npz'), join(folder, 'ops.json'));
      return JSON.parse(readFileSync(join(folder, 'ops.json'), 'utf8'));
    });
  }

  info(model: string): MnnInfo {
    return inFolder((folder) => {
      this.#call('info', model, join(folder, 'info.json'));
      return JSON.parse(readFileSync(join(folder, 'info.json'), 'utf8'));
    });
  }

  #call(...args: string[]): void {
    runPython(this.#python, [SCRIPT, ...args]);
  }
}

/** Runs a Python script to its end; an error with what it printed when it fails. */
export function runPython(python: string, args: readonly string[], options: { cwd?: string } = {}): string {
  const { status, signal, output } = callPython(python, args, options);
  if (status !== 0)
    throw new Error(`${args.join(' ')} ended with ${signal ?? status}\n${output.slice(-4000)}`);
  return output;
}

/** Gives `body` a fresh folder that is gone afterwards. */
export function inFolder<T>(body: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-test-'));
  try {
    return body(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Cosine of two equally long vectors; 1 for two zero vectors. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`cosine: ${a.length} and ${b.length} elements`);
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  if (aa === 0 && bb === 0) return 1;
  return dot / Math.sqrt(aa * bb);
}
