import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { noise } from '../../packages/graph/test/golden/golden-case.ts';
import { describeWithMnn } from './environment.ts';
import { type NumpyArray, writeNpz } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, quantizeByCommand } from './subjects.ts';

/** Networks with control flow, fed with noise of the loudness of speech. */
const MODELS: Readonly<Record<string, (seed: number) => Map<string, NumpyArray>>> = {
  silero_vad_16k_op15: (seed) =>
    new Map<string, NumpyArray>([
      ['input', loud([1, 512], seed, 0.1)],
      ['state', loud([2, 1, 128], seed + 50, 0.2)],
      ['sr', { shape: [1], data: Int32Array.of(16000) }],
    ]),
};

function loud(shape: readonly number[], seed: number, factor: number): NumpyArray {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return { shape, data: noise(count, seed).map((value) => value * factor) };
}

const CALIBRATION_SAMPLES = 4;
const TEST_SAMPLES = 2;

describeWithMnn('networks with If and While, by every method, run in MNN', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-audio-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, sample] of Object.entries(MODELS)) {
    describe(name, () => {
      const source = resolve(data, 'models/float', `${name}.mnn`);
      const samples = join(folder, name);
      mkdirSync(samples);
      for (let i = 0; i < CALIBRATION_SAMPLES; i++) writeNpz(join(samples, `${i}.npz`), sample(i));
      for (const method of ['KL', 'ADMM', 'EMA'])
        it(method, () => {
          const target = join(folder, `${name}-${method}.mnn`);
          const config = join(folder, `${name}-${method}.json`);
          writeFileSync(
            config,
            JSON.stringify({ input_type: 'sequence', path: samples, feature_quantize_method: method }),
          );
          const { prediction } = quantizeByCommand(source, target, config, folder);
          const inputs = stacked(Array.from({ length: TEST_SAMPLES }, (_, i) => sample(100 + i)));
          const outputs = oracle.run(target, inputs, { module: true });
          const cosines = headCosines(outputs, oracle.run(source, inputs, { module: true }), TEST_SAMPLES);
          console.info(`${name}, ${method}: ${prediction.convolutions.int8} int8`, cosines);
          expect(prediction.convolutions.int8).toBe(
            prediction.convolutions.total - prediction.outside.length,
          );
          for (const [output, cosine] of cosines) expect(cosine, output).toBeGreaterThan(0.98);
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
