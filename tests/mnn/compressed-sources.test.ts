import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Convolution2D, type Net, readModel, writeModel } from '@mnnquant/mnn-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { convertModel } from './converter.ts';
import { describeWithMnn } from './environment.ts';
import { floatError } from './float-error.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, officialConfig, SUBJECTS, type TestData, testData } from './subjects.ts';

interface Variant {
  readonly title: string;
  readonly flags: readonly string[];
  /** Of the model with most of its weights set to zero. */
  readonly pruned?: boolean;
  /** What the converter must have written, or the case is not the one it says. */
  readonly check: (convolutions: readonly Convolution2D[]) => boolean;
}

const ofType = (type: number) => (all: readonly Convolution2D[]) =>
  all.some(({ quanParameter }) => quanParameter?.type === type);

const VARIANTS: readonly Variant[] = [
  { title: 'half floats', flags: ['--fp16'], check: ofType(3) },
  { title: '8 bits', flags: ['--weightQuantBits', '8'], check: ofType(1) },
  {
    title: '4 bits in blocks, asymmetric',
    flags: ['--weightQuantBits', '4', '--weightQuantBlock', '16'],
    check: (all) =>
      all.some(
        ({ quanParameter: quan, common }) =>
          quan !== undefined && quan.readType !== 0 && quan.alpha!.length > 2 * common!.outputCount,
      ),
  },
  {
    title: '4 bits, HQQ',
    flags: ['--weightQuantBits', '4', '--weightQuantBlock', '16', '--hqq'],
    check: ofType(1),
  },
  {
    title: '8 bits with half scales',
    flags: ['--weightQuantBits', '8', '--weightQuantScaleBit', '16'],
    check: (all) => all.some(({ quanParameter }) => (quanParameter?.alphaFp16?.length ?? 0) > 0),
  },
  {
    title: '8 bits, symmetric',
    flags: ['--weightQuantBits', '8', '--weightQuantAsymmetric', '0'],
    check: (all) => all.some(({ quanParameter }) => quanParameter?.readType === 0),
  },
  {
    // Asymmetric sparse weights have no exact zero: int8 then comes nearer to the model before the converter.
    title: 'sparse, 8 bits',
    flags: ['--weightQuantBits', '8', '--weightQuantAsymmetric', '0', '--detectSparseSpeedUp'],
    pruned: true,
    check: ofType(2),
  },
  {
    title: 'sparse floats',
    flags: ['--detectSparseSpeedUp'],
    pruned: true,
    check: (all) => all.some(({ quanParameter }) => (quanParameter?.index?.length ?? 0) > 0),
  },
  {
    title: 'float in a weight file',
    flags: ['--saveExternalData'],
    check: (all) => all.every(({ external, weight }) => external?.length === 3 && weight === undefined),
  },
  {
    title: '8 bits in a weight file',
    flags: ['--weightQuantBits', '8', '--saveExternalData'],
    check: (all) => all.some(({ external }) => external?.length === 5),
  },
];

const TEST_IMAGES = 20;
const CALIBRATION_IMAGES = 40;
/** How much more than from the plain source a result may differ from its float model. */
const ALLOWANCE = 0.003;
/** Of our float outputs, relative to an output's largest value. MNN's Winograd gives the plain RFB-320 1.2e-4. */
const FLOAT_BOUND = 2e-4;
const PRUNED_SHARE = 0.9;

describeWithMnn('sources that are compressed', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-compressed-'));
  const rows: string[] = [];
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    const file = process.env.MNNQUANT_RESULTS;
    if (file && rows.length > 0) appendFileSync(file, `${[...HEADER, ...rows].join('\n')}\n`);
  });

  for (const subject of SUBJECTS.filter(({ model }) => model === 'RFB-320' || model === 'cifar_resnet20')) {
    describe(subject.model, () => {
      const { model } = subject;
      const plain = resolve(data, 'models/float', `${model}.mnn`);
      const pruned = join(folder, `${model}-pruned.mnn`);
      let test: TestData;
      let bounds: ReadonlyMap<boolean, ReadonlyMap<string, number>>;

      beforeAll(async () => {
        test = await testData(subject, data, oracle, TEST_IMAGES);
        writeFileSync(pruned, writeModel(pruneModel(readModel(readFileSync(plain)).net)));
        const judged = [await judge(plain), await judge(pruned)];
        bounds = new Map(judged.map(({ cosines }, i) => [i === 1, cosines]));
        rows.push(row(model, 'plain', judged[0]), row(model, 'pruned', judged[1]));
      });

      for (const variant of VARIANTS)
        it(variant.title, async () => {
          const source = join(folder, `${model}-source.mnn`);
          rmSync(`${source}.weight`, { force: true });
          convertModel(python, 'MNN', variant.pruned ? pruned : plain, source, variant.flags);
          expect(variant.check(convolutionsOf(readModel(readFileSync(source)).net))).toBe(true);
          const judged = await judge(source);
          rows.push(row(model, variant.title, judged));
          expect(judged.floatError).toBeLessThanOrEqual(FLOAT_BOUND);
          for (const [name, bound] of bounds.get(variant.pruned === true)!)
            expect.soft(judged.cosines.get(name)!, name).toBeGreaterThanOrEqual(bound - ALLOWANCE);
        });

      /** Quantizes the source and compares MNN's runs of both. */
      async function judge(source: string): Promise<Judgement> {
        const float = oracle.run(source, test.inputs);
        const [config, target] = [join(folder, 'config.json'), join(folder, 'result.mnn')];
        writeFileSync(config, JSON.stringify(configFor(data, model)));
        rmSync(`${target}.weight`, { force: true });
        const outcome = await quantizeFile({ source, target, config, memoryBytes: 2 ** 31 });
        return {
          int8: outcome.prediction.convolutions.int8,
          bytes: [outcome.sourceBytes, outcome.targetBytes],
          cosines: headCosines(oracle.run(target, test.inputs), float, TEST_IMAGES),
          floatError: await floatError(source, test.inputs, float),
        };
      }
    });
  }
});

interface Judgement {
  readonly int8: number;
  readonly bytes: readonly [source: number, target: number];
  readonly cosines: ReadonlyMap<string, number>;
  readonly floatError: number;
}

function configFor(data: string, model: string): Record<string, unknown> {
  const config = officialConfig(data, model, 'KL-MAX_ABS');
  const path = `${resolve(data, 'models/official', String(config.path))}/`;
  return { ...config, path, used_image_num: CALIBRATION_IMAGES };
}

function convolutionsOf({ oplists = [] }: Net): Convolution2D[] {
  return oplists.flatMap(({ main }) => (main?.type === 'Convolution2D' ? [main.value] : []));
}

/** The smallest weights of each large convolution set to zero. */
function pruneModel(net: Net): Net {
  const oplists = net.oplists!.map((op) => {
    if (op.main?.type !== 'Convolution2D' || (op.main.value.weight?.length ?? 0) < 2000) return op;
    const weight = op.main.value.weight!;
    const limit = weight.map(Math.abs).sort()[Math.floor(weight.length * PRUNED_SHARE)];
    const value = { ...op.main.value, weight: weight.map((one) => (Math.abs(one) < limit ? 0 : one)) };
    return { ...op, main: { type: 'Convolution2D' as const, value } };
  });
  return { ...net, oplists };
}

const HEADER = [
  '| Model | Source weights | Size, kB | Convolutions in int8 | Mean cosine to float | Our float error |',
  '|---|---|---|---|---|---|',
];

function row(model: string, title: string, { int8, bytes, cosines, floatError }: Judgement): string {
  const size = bytes.map((one) => (one / 1000).toFixed(0)).join(' → ');
  const values = [...cosines].map(([name, cosine]) => `${name} ${cosine.toFixed(4)}`);
  return `| ${model} | ${title} | ${size} | ${int8} | ${values.join(', ')} | ${floatError.toExponential(1)} |`;
}
