import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTable, MNN_DATA_FORMAT, type Net, type Op, OpType, writeModel } from '@mnnquant/mnn-format';
import { onTestFinished } from 'vitest';
import { bmp } from './image-files.ts';

/** A folder that is gone after the test. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mnnquant-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by their paths inside the folder. */
export function fill(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}

/** A 5x3 bitmap in which every image differs. */
export function photo(seed: number): Uint8Array {
  return bmp({
    bits: 24,
    pixel: (x, y) => ((seed * 7919 + x * 104729 + y * 1299709) * 2654435761) % 2 ** 24,
  });
}

export function op(name: string, type: number, inputs: number[], output: number, main?: Op['main']): Op {
  return createTable('Op', {
    name,
    type,
    inputIndexes: inputs.length > 0 ? Int32Array.from(inputs) : undefined,
    outputIndexes: Int32Array.of(output),
    main,
    defaultDimentionFormat: MNN_DATA_FORMAT.NHWC,
  });
}

function convolution(inputs: number, outputs: number): Op['main'] {
  const common = createTable('Convolution2DCommon', {
    kernelX: 3,
    kernelY: 3,
    padX: 1,
    padY: 1,
    outputCount: outputs,
    inputCount: inputs,
    group: 1,
    relu: true,
  });
  const weight = Float32Array.from({ length: inputs * outputs * 9 }, (_, i) => Math.sin(i + 1) / 5);
  const value = createTable('Convolution2D', { common, weight, bias: new Float32Array(outputs).fill(0.1) });
  return { type: 'Convolution2D', value };
}

/** Two convolutions over an RGB image of 8x6 (or of the size given, -1 for a dynamic one). */
export function smallNet(height = 6, width = 8): Net {
  const input = createTable('Input', {
    dims: Int32Array.of(1, 3, height, width),
    dformat: MNN_DATA_FORMAT.NC4HW4,
  });
  return createTable('Net', {
    oplists: [
      op('image', OpType.Input, [], 0, { type: 'Input', value: input }),
      op('conv1', OpType.Convolution, [0], 1, convolution(3, 4)),
      op('conv2', OpType.Convolution, [1], 2, convolution(4, 2)),
    ],
    tensorName: ['image', 'conv1', 'conv2'],
    outputName: ['conv2'],
  });
}

export const smallConfig = {
  format: 'RGB',
  mean: [127.5, 127.5, 127.5],
  normal: [0.0078, 0.0078, 0.0078],
  width: 8,
  height: 6,
  feature_quantize_method: 'KL',
  weight_quantize_method: 'MAX_ABS',
};

/** A folder with a model, three images and a config that names them by their full path. */
export function smallJob(change: Readonly<Record<string, unknown>> = {}, net: Net = smallNet()) {
  const folder = scratchFolder();
  const at = (name: string): string => join(folder, name);
  fill(folder, {
    'small.mnn': writeModel(net),
    'photos/b.bmp': photo(1),
    'photos/a.bmp': photo(2),
    'photos/c.bmp': photo(3),
    'config.json': JSON.stringify({ ...smallConfig, path: at('photos'), ...change }),
  });
  return { folder, at, source: at('small.mnn'), target: at('small-int8.mnn'), config: at('config.json') };
}
