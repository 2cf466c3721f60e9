import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SampleOptions } from '@mnnquant/calibrate';
import { afterAll, describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';
import { headCosines, int8Convolutions, quantizeByCommand } from './subjects.ts';

/** Networks that no other check quantizes, with what their images need. */
interface ImageModel {
  readonly format: SampleOptions['format'];
  readonly mean?: readonly number[];
  readonly normal?: readonly number[];
  /** Folder of images to calibrate with; the last ones of it are judged. */
  readonly images: string;
  /** Of the input as MNN is fed, batch 1. */
  readonly shape: readonly number[];
  readonly layout?: 'NHWC';
  /** MNN's Module interface instead of its session. */
  readonly module?: boolean;
  /** For an input whose rank the model does not say. */
  readonly input?: string;
}

const UNIT = [1 / 255, 1 / 255, 1 / 255];
const FACES = 'faces_calib';

const MODELS: Readonly<Record<string, ImageModel>> = {
  yolox_nano: { format: 'BGR', images: 'calib_imagenet32', shape: [1, 3, 416, 416] },
  FastestDet: { format: 'BGR', normal: UNIT, images: FACES, shape: [1, 3, 352, 352] },
  yunet_n_320: { format: 'BGR', images: FACES, shape: [1, 3, 320, 320] },
  zqlandmark: {
    format: 'BGR',
    mean: [127.5, 127.5, 127.5],
    normal: [0.0078125, 0.0078125, 0.0078125],
    images: FACES,
    shape: [1, 3, 112, 112],
  },
  selfie_segmentation: {
    format: 'RGB',
    normal: UNIT,
    images: FACES,
    shape: [1, 256, 256, 3],
    layout: 'NHWC',
  },
  vww_96_float: { format: 'RGB', normal: UNIT, images: FACES, shape: [1, 96, 96, 3], layout: 'NHWC' },
  'ch_PP-OCRv4_det_infer': {
    format: 'BGR',
    mean: [123.675, 116.28, 103.53],
    normal: [0.0171, 0.0175, 0.0174],
    images: 'ocr',
    shape: [1, 3, 160, 160],
    module: true,
  },
  'ch_ppocr_mobile_v2.0_cls_infer': {
    format: 'BGR',
    mean: [127.5, 127.5, 127.5],
    normal: [0.00784, 0.00784, 0.00784],
    images: FACES,
    shape: [1, 3, 48, 192],
    module: true,
  },
  mlperf_resnet8_cifar10_float: {
    format: 'RGB',
    images: 'cifar10_test500',
    shape: [1, 32, 32, 3],
    layout: 'NHWC',
  },
  cifar_resnet56: {
    format: 'RGB',
    mean: [123.675, 116.28, 103.53],
    normal: [0.0171247, 0.017507, 0.0174292],
    images: 'cifar10_test500',
    shape: [1, 3, 32, 32],
  },
  ESPCN_x2: {
    format: 'GRAY',
    normal: [1 / 255],
    images: FACES,
    shape: [1, 48, 64, 1],
    layout: 'NHWC',
    module: true,
    input: 'IteratorGetNext',
  },
  FSRCNN_x2: {
    format: 'GRAY',
    normal: [1 / 255],
    images: FACES,
    shape: [1, 48, 64, 1],
    layout: 'NHWC',
    module: true,
    input: 'IteratorGetNext',
  },
};

const METHODS = ['KL', 'ADMM', 'EMA'];
const CALIBRATION_IMAGES = 6;
const TEST_IMAGES = 2;

describeWithMnn('every network, by every method, runs in MNN as predicted', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-every-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  for (const [name, model] of Object.entries(MODELS)) {
    describe(name, () => {
      const source = resolve(data, 'models/float', `${name}.mnn`);
      for (const method of METHODS)
        it(method, async () => {
          const inputs = await testInputs(model, source, data, oracle);
          const target = join(folder, `${name}.mnn`);
          const config = join(folder, 'config.json');
          writeFileSync(config, JSON.stringify(configOf(model, method, data)));
          const { prediction } = quantizeByCommand(source, target, config, folder);
          const options = { module: model.module };
          const outputs = oracle.run(target, inputs, options);
          for (const [output, { data: values }] of outputs)
            expect(Array.from(values as Float32Array).every(Number.isFinite), output).toBe(true);
          const { int8, total } = prediction.convolutions;
          expect(int8).toBe(total);
          // A module's commands cannot be listed one by one.
          if (!model.module) expect(int8Convolutions(oracle, target, inputs)).toBe(int8);
          const cosines = headCosines(outputs, oracle.run(source, inputs, options), TEST_IMAGES);
          for (const [output, cosine] of cosines) expect(cosine, output).toBeGreaterThan(0);
        });
    });
  }
});

function configOf(model: ImageModel, method: string, data: string): Record<string, unknown> {
  const { format, mean, normal, images, shape, layout, input } = model;
  const [height, width] = layout === 'NHWC' ? shape.slice(1) : shape.slice(2);
  return {
    format,
    mean,
    normal,
    width,
    height,
    path: join(resolve(data), 'images', images),
    used_image_num: CALIBRATION_IMAGES,
    feature_quantize_method: method,
    batch_size: 3,
    ...(input && { inputs: [{ name: input, shape }] }),
  };
}

async function testInputs(
  { format, mean = [], normal = [], images, shape, layout = undefined, input }: ImageModel,
  source: string,
  data: string,
  oracle: MnnOracle,
): Promise<Map<string, NumpyArray>> {
  const name = input ?? oracle.info(source).inputs[0].name;
  const [height, width] = layout === 'NHWC' ? shape.slice(1) : shape.slice(2);
  const sampling = { format, mean, normal, width, height, centerCropHeight: 1, centerCropWidth: 1 };
  const folder = join(data, 'images', images);
  const files = sortedFiles(folder).slice(-TEST_IMAGES);
  const info = { name, shape, dtype: 'float', layout: layout ?? 'NCHW' };
  return new Map([[name, await stackImages(folder, files, sampling, info)]]);
}
