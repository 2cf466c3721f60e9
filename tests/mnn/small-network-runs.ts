import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildGraph, createPlan, createReferenceBackend, elementCount, execute } from '@mnnquant/graph';
import { type Net, writeModel } from '@mnnquant/mnn-format';
import { type QuantizeOutcome, quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { noise } from '../../packages/graph/test/golden/golden-case.ts';
import { type NumpyArray, writeNpz } from './npz.ts';
import type { MnnOracle } from './oracle.ts';
import { headCosines, type Outputs } from './subjects.ts';

const TEST_SAMPLES = 4;
const CALIBRATION_SAMPLES = 6;

/** Small networks with one input, in files: run by MNN, and quantized from random samples. */
export class SmallNetworkRuns {
  readonly #oracle: MnnOracle;
  readonly #input: string;
  readonly #shape: readonly number[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'mnnquant-small-'));

  constructor(oracle: MnnOracle, input: string, shape: readonly number[]) {
    this.#oracle = oracle;
    this.#input = input;
    this.#shape = shape;
    const samples = this.#path('samples');
    mkdirSync(samples);
    for (let i = 0; i < CALIBRATION_SAMPLES; i++)
      writeNpz(join(samples, `${i}.npz`), new Map([[input, { shape, data: this.#sample(i) }]]));
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Writes a network to a file; its path. */
  write(title: string, net: Net): string {
    const path = this.#path(`${title}.mnn`);
    writeFileSync(path, writeModel(net));
    return path;
  }

  /** The test samples, which calibration does not see. */
  tests(): Map<string, Float32Array>[] {
    return Array.from({ length: TEST_SAMPLES }, (_, i) => new Map([[this.#input, this.#sample(100 + i)]]));
  }

  /** What MNN answers to the test samples. */
  run(path: string): Outputs {
    const data = Float32Array.from(this.tests().flatMap((sample) => [...sample.get(this.#input)!]));
    const stacked: NumpyArray = { shape: [TEST_SAMPLES, ...this.#shape], data };
    return this.#oracle.run(path, new Map([[this.#input, stacked]]), { module: true });
  }

  /** What the float engine answers to the test samples. */
  async evaluate(net: Net): Promise<Outputs> {
    const { outputs } = await execute(createPlan(buildGraph(net)), createReferenceBackend(), this.tests());
    const stacked = [...outputs[0]].map(([name, { shape }]): [string, NumpyArray] => {
      const data = Float32Array.from(outputs.flatMap((result) => Array.from(result.get(name)!.data, Number)));
      return [name, { shape: [TEST_SAMPLES, ...shape], data }];
    });
    return new Map(stacked);
  }

  /** Quantizes a file; the outcome, and the outputs' cosines in MNN to `float`. */
  async quantize(
    source: string,
    method: string,
    float = this.run(source),
  ): Promise<{ outcome: QuantizeOutcome; target: string; cosines: Map<string, number> }> {
    const [config, target] = [`${source}.${method}.json`, `${source}.${method}.mnn`];
    const keys = { input_type: 'sequence', path: this.#path('samples'), feature_quantize_method: method };
    writeFileSync(config, JSON.stringify(keys));
    const outcome = await quantizeFile({ source, target, config, memoryBytes: 2 ** 30 });
    return { outcome, target, cosines: headCosines(this.run(target), float, TEST_SAMPLES) };
  }

  #sample(seed: number): Float32Array {
    return noise(elementCount(this.#shape), seed);
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
