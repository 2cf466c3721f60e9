import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { noise } from '../../packages/graph/test/golden/golden-case.ts';
import { describeWithMnn } from './environment.ts';
import { meanCosine } from './evaluation.ts';
import { type NumpyArray, writeNpz } from './npz.ts';
import { MnnOracle } from './oracle.ts';

/** Networks whose inputs are no images, or several; two of them are full of If and While. */
const MODELS: Readonly<Record<string, (seed: number) => Map<string, NumpyArray>>> = {
  silero_vad_16k_op15: (seed) =>
    new Map<string, NumpyArray>([
      ['input', loud([1, 512], seed, 0.1)],
      ['state', loud([2, 1, 128], seed + 50, 0.2)],
      ['sr', { shape: [1], data: Int32Array.of(16000) }],
    ]),
  ad01_fp32: (seed) => new Map([['input_1', loud([1, 640], seed, 1)]]),
  face_blendshape_mp: (seed) => new Map([['serving_default_input_points:0', loud([1, 146, 2], seed, 1)]]),
  gtcrn_simple: (seed) =>
    new Map<string, NumpyArray>([
      ['mix', loud([1, 257, 1, 2], seed, 0.1)],
      ['conv_cache', loud([2, 1, 16, 16, 33], seed + 50, 0.1)],
      ['tra_cache', loud([2, 3, 1, 1, 16], seed + 100, 0.1)],
      ['inter_cache', loud([2, 1, 33, 16], seed + 150, 0.1)],
    ]),
};

function loud(shape: readonly number[], seed: number, factor: number): NumpyArray {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: noise(count, seed).map((value) => value * factor) };
}

const SAMPLES = 4;

describeWithMnn('networks fed with arrays, by every method, run in MNN as foretold', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-arrays-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, sample] of Object.entries(MODELS)) {
    describe(name, () => {
      const source = resolve(data, 'models/float', `${name}.mnn`);
      const samples = join(folder, name);
      mkdirSync(samples);
      for (let i = 0; i < SAMPLES; i++) writeNpz(join(samples, `${i}.npz`), sample(i));
      for (const method of ['KL', 'ADMM', 'EMA'])
        it(method, async () => {
          const target = join(folder, `${name}-${method}.mnn`);
          const config = join(folder, `${name}-${method}.json`);
          const keys = {
            input_type: 'sequence',
            path: samples,
            feature_quantize_method: method,
            debug: true,
          };
          writeFileSync(config, JSON.stringify(keys));
          const { prediction, debug } = await quantizeFile({
            source,
            target,
            config,
            memoryBytes: 2 ** 30,
            threads: 2,
          });
          expect(prediction.convolutions.int8).toBe(
            prediction.convolutions.total - prediction.outside.length,
          );
          const inputs = stacked(Array.from({ length: SAMPLES }, (_, i) => sample(i)));
          const float = oracle.run(source, inputs, { module: true });
          const int8 = oracle.run(target, inputs, { module: true });
          const outputs = debug!.layers.filter(({ output }) => output);
          expect(outputs.map(({ tensorName }) => tensorName).sort()).toEqual([...float.keys()].sort());
          for (const { tensorName, cosine } of outputs) {
            const real = meanCosine(int8.get(tensorName)!, float.get(tensorName)!);
            console.info(`${name}, ${method}: ${tensorName}: cosine ${real}, foretold ${cosine}`);
            expect
              .soft(Math.abs(cosine - real), `${tensorName}: ${cosine}, really ${real}`)
              .toBeLessThan(0.01);
          }
        });
    });
  }
});

/** Samples with a leading axis. */
function stacked(samples: readonly Map<string, NumpyArray>[]): Map<string, NumpyArray> {
  return new Map(
    [...samples[0]].map(([name, { shape, data }]) => {
      const values = samples.flatMap((sample) => Array.from(sample.get(name)!.data as ArrayLike<number>));
      const all = data instanceof Int32Array ? Int32Array.from(values) : Float32Array.from(values);
      return [name, { shape: [samples.length, ...shape], data: all }];
    }),
  );
}
