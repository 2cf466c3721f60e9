import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import { floatError } from './float-error.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines } from './subjects.ts';

const SAMPLING = {
  format: 'RGB',
  mean: [127.5, 127.5, 127.5],
  normal: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  width: 128,
  height: 128,
} as const;
const TEST_IMAGES = 20;
const ALLOWANCE = 0.003;
/** Relative to an output's largest value. */
const FLOAT_BOUND = 1e-4;

describeWithMnn('models that MNN compressed', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-weight-only-'));
  const model = (name: string): string => resolve(data, 'models/weight-only', `${name}.mnn`);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('int8 of the compressed face detector is as near to it as int8 of the plain one', async () => {
    const images = join(data, 'images/faces_test');
    const files = sortedFiles(images, TEST_IMAGES);
    const [input] = oracle.info(model('face_detector_mp')).inputs;
    const sampling = { ...SAMPLING, centerCropHeight: 1, centerCropWidth: 1 };
    const inputs = new Map([[input.name, await stackImages(images, files, sampling, input)]]);
    const config = join(folder, 'config.json');
    const path = resolve(data, 'images', 'faces_calib');
    writeFileSync(config, JSON.stringify({ ...SAMPLING, path: `${path}/`, used_image_num: 20 }));
    const judge = async (source: string) => {
      const float = oracle.run(source, inputs);
      expect(await floatError(source, inputs, float)).toBeLessThan(FLOAT_BOUND);
      const target = join(folder, 'result.mnn');
      const { prediction } = await quantizeFile({ source, target, config, memoryBytes: 2 ** 31 });
      return { prediction, cosines: headCosines(oracle.run(target, inputs), float, TEST_IMAGES) };
    };
    const plain = await judge(model('face_detector_mp'));
    const compressed = await judge(model('face_detector_mp_int8'));
    expect(compressed.prediction.convolutions).toEqual(plain.prediction.convolutions);
    for (const [name, bound] of plain.cosines)
      expect.soft(compressed.cosines.get(name)!, name).toBeGreaterThanOrEqual(bound - ALLOWANCE);
  });

  it('raw int8 weights (coding 4) of the predictor give the floats of MNN', async () => {
    const inputs = oracle.random(model('predictor-int8'), { seed: 2 });
    const float = oracle.run(model('predictor-int8'), inputs);
    expect(await floatError(model('predictor-int8'), inputs, float)).toBeLessThan(FLOAT_BOUND);
  });
});
