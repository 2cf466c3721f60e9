import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SampleOptions, sampleImage } from '@mnnquant/calibrate';
import { decodeImage } from '../../packages/cli/src/images/decode.ts';
import type { NumpyArray } from './npz.ts';
import { cosine, type MnnTensorInfo } from './oracle.ts';

/** File names of a folder in code-unit order. */
export function sortedFiles(folder: string, limit = Number.POSITIVE_INFINITY): string[] {
  return readdirSync(folder)
    .sort((a, b) => (a < b ? -1 : 1))
    .slice(0, limit);
}

/** The images as one stacked input tensor, sampled as the config file says. */
export async function stackImages(
  folder: string,
  files: readonly string[],
  options: SampleOptions,
  input: MnnTensorInfo,
): Promise<NumpyArray> {
  const shape = input.shape.map((extent) => (extent <= 0 ? 1 : extent));
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = new Float32Array(size * files.length);
  for (const [i, file] of files.entries()) {
    const image = await decodeImage(readFileSync(join(folder, file)), file);
    data.set(sampleImage(image, options, input.layout === 'NHWC' ? 'NHWC' : 'NCHW'), i * size);
  }
  return { shape: [files.length, ...shape], data };
}

/** Mean over samples of the cosine between two stacked outputs. */
export function meanCosine(a: NumpyArray, b: NumpyArray): number {
  const samples = a.shape[0];
  const size = a.data.length / samples;
  let sum = 0;
  for (let i = 0; i < samples; i++) {
    sum += cosine(
      a.data.subarray(i * size, (i + 1) * size) as Float32Array,
      b.data.subarray(i * size, (i + 1) * size) as Float32Array,
    );
  }
  return sum / samples;
}

/** Class index by file name, out of a label file `file,class,...` (with or without a header). */
export function readLabels(path: string): Map<string, number> {
  const rows = readFileSync(path, 'utf8').trim().split('\n');
  const pairs = rows.map((row) => row.split(',')).filter((cells) => /^\d+$/.test(cells[1]));
  return new Map(pairs.map(([file, label]) => [file, Number(label)]));
}

/** Share of samples whose largest output is the label, in percent. */
export function topOne(output: NumpyArray, labels: readonly number[], offset: number): number {
  const samples = output.shape[0];
  const size = output.data.length / samples;
  let right = 0;
  for (let i = 0; i < samples; i++) {
    const row = output.data.subarray(i * size, (i + 1) * size) as Float32Array;
    if (row.indexOf(Math.max(...row)) === labels[i] + offset) right++;
  }
  return (100 * right) / samples;
}
