import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SampleOptions } from '@mnnquant/calibrate';
import type { Sample } from '@mnnquant/graph';
import { type MnnModel, readModel, writeModel } from '@mnnquant/mnn-format';
import { afterAll, expect, it } from 'vitest';
import { quantizeFile } from '../../packages/cli/src/quantize-file.ts';
import { describeWithMnn } from './environment.ts';
import { sortedFiles, stackImages } from './evaluation.ts';
import { runOfficialTool } from './official-tool.ts';
import { MnnOracle } from './oracle.ts';
import { officialConfig } from './subjects.ts';
import { unfoldConvolutions, withLearntStatistics } from './training-net.ts';

const MODEL = 'cifar_resnet20';
/** Each batch moves the statistics by a hundredth; MNN's tool takes the images in an order of its own. */
const IMAGES = 32;
const BATCH = 4;
/** Other ones, for the stored statistics: with the same there would be nothing to move. */
const LEARNT_IMAGES = 8;

describeWithMnn('bn: "train" against EMA of MNN\'s tool', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-statistics-'));
  const at = (name: string): string => join(folder, name);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('folds with the same statistics', async () => {
    const config = {
      ...(await prepare()),
      feature_quantize_method: 'EMA',
      batch_size: BATCH,
      winogradOpt: false,
    };
    const official = runOfficialTool(python, at('training.mnn'), config, folder);
    expect(existsSync(official.target)).toBe(true);
    const theirs = biasesOf(official.target);
    const [stored, moved] = [await biasesWith(config, 'fold'), await biasesWith(config, 'train')];
    expect(theirs.length).toBe(moved.length);
    for (const [layer, values] of theirs.entries()) {
      const before = distance(stored[layer], values);
      expect.soft(distance(moved[layer], values) / before, `convolution ${layer}`).toBeLessThan(0.15);
    }
  });

  /** The model as it would have come out of training, and a folder of images for both tools. */
  async function prepare(): Promise<Record<string, unknown>> {
    const config = officialConfig(data, MODEL, 'KL-MAX_ABS');
    const images = resolve(data, 'models/official', String(config.path));
    mkdirSync(at('images'));
    const files = sortedFiles(images, IMAGES);
    for (const file of files) copyFileSync(join(images, file), join(folder, 'images', file));
    const source = join(data, 'models/float', `${MODEL}.mnn`);
    const [input] = oracle.info(source).inputs;
    const sampling = { ...(config as unknown as SampleOptions), centerCropHeight: 1, centerCropWidth: 1 };
    const others = sortedFiles(images).slice(-LEARNT_IMAGES);
    const stacked = await stackImages(images, others, sampling, input);
    const size = stacked.data.length / others.length;
    const samples: Sample[] = others.map(
      (_, i) => new Map([[input.name, stacked.data.slice(i * size, (i + 1) * size) as Float32Array]]),
    );
    const model: MnnModel = await withLearntStatistics(
      unfoldConvolutions(readModel(readFileSync(source))),
      samples,
    );
    writeFileSync(at('training.mnn'), writeModel(model.net));
    const { used_image_num: _, ...rest } = config;
    return { ...rest, path: `${at('images')}/` };
  }

  async function biasesWith(config: Record<string, unknown>, bn: 'fold' | 'train'): Promise<number[][]> {
    writeFileSync(at('config.json'), JSON.stringify({ ...config, bn }));
    const job = { source: at('training.mnn'), target: at('ours.mnn'), config: at('config.json') };
    await quantizeFile({ ...job, memoryBytes: 2 ** 31 });
    return biasesOf(job.target);
  }
});

/** The biases of the convolutions in order: they hold mean and variance. */
function biasesOf(path: string): number[][] {
  return readModel(readFileSync(path)).net.oplists!.flatMap(({ main }) =>
    main?.type === 'Convolution2D' ? [Array.from(main.value.bias!)] : [],
  );
}

function distance(a: readonly number[], b: readonly number[]): number {
  return Math.hypot(...a.map((value, i) => value - b[i]));
}
