import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type PredictedCommand,
  quantizeWeights,
  type SampleOptions,
  type WeightConfig,
} from '@mnnquant/calibrate';
import { buildGraph, createPlan, createReferenceBackend, execute } from '@mnnquant/graph';
import { type MnnModel, readModel, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, describe, expect, it } from 'vitest';
import type { GoldenCase } from '../../packages/graph/test/golden/golden-case.ts';
import { goldenModel } from '../../packages/graph/test/golden/golden-model.ts';
import { GOLDEN, type GoldenAnswers } from '../../packages/graph/test/golden/index.ts';
import { convertModel } from './converter.ts';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import { calibrated, writeQuantized } from './int8-simulation.ts';
import type { NumpyArray } from './npz.ts';
import { cosine, inFolder, type MnnCommand, MnnOracle } from './oracle.ts';
import { difference } from './random/compare.ts';

const GENERATED = new URL('../../packages/graph/test/golden/generated/', import.meta.url);

/** Groups of cases that MNN's converter cannot save: it folds or loses what has no element, and crashes on lists. */
const NOT_SAVED: ReadonlySet<string> = new Set(['lists', 'empty', 'noRow', 'lstm', 'rnn']);

/** What does not go through a model saved for one input size, and why. */
const LEFT_OUT: readonly (readonly [title: RegExp, why: string])[] = [
  [/^(CumSum|CumProd)|^(LSTM|RNN), /, 'several of its loops fill one tensor, one after the other'],
  [/, no (box|region|row picked|sample)$/, 'the converter loses what has no element'],
  [/^PriorBox/, "the converter's constants hold twice the elements of their shape"],
  [/^StridedSlice, 5-D/, 'its regions leave their tensors (GeometryStridedSlice.cpp)'],
  [/^LayerNorm, an axis in the middle/, 'the axes do not fit the transposed input that it then has'],
  [/^LRN, region 0, size 4/, 'its inner pooling is one column shorter than its window says'],
  [/^Normalize, across spatial 1/, 'operands of other shapes count as one element after the other'],
];

const FACES = 'selfie_segmentation';

const SUBJECTS = [
  'squeezenet_v1.1_imagenet',
  'mobilenet_v2_1.0_224_dequant',
  'cifar_resnet20',
  'RFB-320',
  'FastestDet',
  'yolox_nano',
  FACES,
  'ad01_fp32',
];

const WEIGHTS: WeightConfig = { weightMethod: 'MAX_ABS', weightClamp: 127, quantBits: 8 };

/** What other scales may cost in int8, in cosine: a copy shares its scale with what it copies. */
const NO_WORSE = 0.002;

/** The same numbers, but for the order of some sums. */
const SAME = 1 - 1e-9;

describeWithMnn('models saved for one input size (--saveStaticModel)', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-static-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe('every op answers as it does by itself', () => {
    for (const [name, cases] of Object.entries(GOLDEN)) {
      if (NOT_SAVED.has(name)) continue;
      it(name, async () => {
        const answers: GoldenAnswers = JSON.parse(readFileSync(new URL(`${name}.json`, GENERATED), 'utf8'));
        expect(await mismatches(python, cases, answers)).toEqual([]);
      });
    }
  });

  for (const name of SUBJECTS) {
    it(name, async () => {
      const source = join(data, 'models/float', `${name}.mnn`);
      const [fixed, target] = [join(folder, 'fixed.mnn'), join(folder, 'int8.mnn')];
      convertModel(python, 'MNN', source, fixed, ['--saveStaticModel']);
      const inputs = name === FACES ? await faces(oracle, source, data) : oracle.random(source, { seed: 5 });
      const backend = await createCpuBackend();
      const run = async (path: string) => {
        const float = await calibrated(readModel(readFileSync(path)), inputs, backend);
        const { outputs } = await execute(float.plan, backend, [sampleOf(inputs)]);
        const written = writeQuantized(float, quantizeWeights(float.plan, float.candidates, WEIGHTS), target);
        return {
          outputs: outputs[0],
          predicted: written.prediction.commands,
          ran: oracle.commands(target, inputs),
          int8: oracle.run(target, inputs),
        };
      };
      const [ordinary, own] = [await run(source), await run(fixed)];
      await backend.dispose();
      expect.soft(named(own.ran)).toEqual(named(own.predicted));
      expect.soft(own.ran.filter(({ int8 }) => int8).length).toBeGreaterThan(0);
      for (const [output, { data }] of ordinary.outputs) {
        const near = (other: { readonly data: unknown }): number =>
          cosine(data as Float32Array, other.data as Float32Array);
        expect.soft(near(own.outputs.get(output)!), output).toBeGreaterThan(SAME);
        const loss = near(ordinary.int8.get(output)!) - near(own.int8.get(output)!);
        expect.soft(loss, output).toBeLessThan(NO_WORSE);
      }
    });
  }
});

/** A photograph: of noise the network sees no person at all, and nearly equal numbers say nothing. */
async function faces(oracle: MnnOracle, model: string, data: string): Promise<Map<string, NumpyArray>> {
  const folder = join(data, 'images/faces_test');
  const [input] = oracle.info(model).inputs;
  const scale = 1 / 255;
  const sampling: SampleOptions = {
    format: 'RGB',
    mean: [0, 0, 0],
    normal: [scale, scale, scale],
    width: 256,
    height: 256,
    centerCropHeight: 1,
    centerCropWidth: 1,
  };
  return new Map([[input.name, await stackImages(folder, sortedFiles(folder, 1), sampling, input)]]);
}

/** All cases in one model, saved for its size. */
async function mismatches(
  python: string,
  cases: readonly GoldenCase[],
  answers: GoldenAnswers,
): Promise<string[]> {
  const all = goldenModel(cases);
  const kept = cases.filter(({ title }) => !LEFT_OUT.some(([pattern]) => pattern.test(title)));
  const prefixes = new Set(kept.map((item) => `c${cases.indexOf(item)}`));
  const own = (name: string | undefined): boolean => prefixes.has((name ?? '').split('_')[0]);
  const outputName = kept.flatMap(({ title }) => all.outputs.get(title)!);
  const oplists = all.net.oplists!.filter(({ name }) => own(name));
  const model = saved(python, { ...all.net, oplists, outputName });
  const sample = new Map(
    [...all.feeds].filter(([name]) => own(name)).map(([name, { data }]) => [name, data]),
  );
  const { outputs } = await execute(createPlan(buildGraph(model)), createReferenceBackend(), [sample]);
  return kept.flatMap((item) => {
    const got = all.outputs.get(item.title)!.map((name) => outputs[0].get(name)!);
    const expected = answers[item.title].map(({ shape, data }) => ({
      shape: [1, ...shape],
      data: data.map(Number),
    }));
    const problem = difference(item, got, expected as unknown as NumpyArray[]);
    return problem === undefined ? [] : [`${item.title}: ${problem}`];
  });
}

function saved(python: string, net: MnnModel['net']): MnnModel {
  return inFolder((folder) => {
    const [source, target] = [join(folder, 'source.mnn'), join(folder, 'fixed.mnn')];
    writeFileSync(source, writeModel(net));
    convertModel(python, 'MNN', source, target, ['--saveStaticModel']);
    return readModel(readFileSync(target));
  });
}

function sampleOf(inputs: ReadonlyMap<string, NumpyArray>) {
  return new Map([...inputs].map(([name, { data }]) => [name, data as Float32Array]));
}

/** Every command but casts, in the order in which it runs. */
function named(commands: readonly (MnnCommand | PredictedCommand)[]): string[] {
  const own = commands.filter(({ type }) => type !== 'FloatToInt8' && type !== 'Int8ToFloat');
  return own.map(({ type, int8 }) => `${type} ${int8 ? 'int8' : 'float'}`);
}
