import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';
import type { MnnEnvironment } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import {
  type CommandOutcome,
  headCosines,
  type Outputs,
  officialConfig,
  quantizeByCommand,
  type Subject,
  type TestData,
  testData,
} from './subjects.ts';

type Keys = Readonly<Record<string, unknown>>;

/** A folder for the tests of a file or a block, which is gone after them. */
export function blockFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `mnnquant-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One network, and what MNN makes of it and of its int8 versions on images that do not calibrate. */
export class SubjectCheck {
  readonly oracle: MnnOracle;
  readonly source: string;
  readonly subject: Subject;
  readonly #data: string;
  readonly #folder: string;
  #test: TestData | undefined;
  #float: Outputs | undefined;

  /** @param folder for configs and written models */
  constructor(subject: Subject, { python, data }: Pick<MnnEnvironment, 'python' | 'data'>, folder: string) {
    this.oracle = new MnnOracle(python);
    this.subject = subject;
    this.source = resolve(data, 'models/float', `${subject.model}.mnn`);
    this.#data = data;
    this.#folder = folder;
  }

  /**
   * Reads the test images and runs the float network; to be called before the tests.
   *
   * @param limit use at most so many images
   */
  async prepare(limit?: number): Promise<void> {
    this.#test = await testData(this.subject, this.#data, this.oracle, limit);
    this.#float = this.oracle.run(this.source, this.#test.inputs);
  }

  get test(): TestData {
    if (!this.#test) throw new Error(`${this.subject.model}: prepare() was not called`);
    return this.#test;
  }

  /** What MNN makes of the float network. */
  get float(): Outputs {
    if (!this.#float) throw new Error(`${this.subject.model}: prepare() was not called`);
    return this.#float;
  }

  /**
   * The config that MNN's own result was made with, with an absolute path, and other keys in place of its own.
   *
   * @param method of the official result, as its file is named
   */
  config(keys: Keys = {}, method = 'KL-MAX_ABS'): Record<string, unknown> {
    const config = officialConfig(this.#data, this.subject.model, method);
    return { ...config, path: `${resolve(this.#data, 'models/official', String(config.path))}/`, ...keys };
  }

  /** Quantizes with the command; the model is written over the one of the same name before. */
  quantize(
    config: Keys,
    { name = 'ours', flags = [], command = [] }: QuantizeOptions = {},
  ): CommandOutcome & { readonly target: string } {
    const [file, target] = [join(this.#folder, `${name}.config.json`), join(this.#folder, `${name}.mnn`)];
    writeFileSync(file, JSON.stringify(config));
    return { target, ...quantizeByCommand(this.source, target, file, this.#folder, flags, command) };
  }

  /** What MNN makes of a model on the test images. */
  run(model: string): Outputs {
    return this.oracle.run(model, this.test.inputs);
  }

  /** Mean cosine of each output of MNN to that of the float network, over all test images or the first `samples`. */
  cosines(model: string, samples = Number.POSITIVE_INFINITY): Map<string, number> {
    return headCosines(this.run(model), this.float, samples);
  }
}

interface QuantizeOptions {
  /** Of the written model, without its ending. */
  readonly name?: string;
  readonly flags?: readonly string[];
  /** A subcommand. */
  readonly command?: readonly string[];
}
