import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createReferenceBackend } from '@mnnquant/graph';
import { externalizeWeights, writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { describe, expect, it } from 'vitest';
import { type ImageFile, type QuantizeBytesOptions, quantize } from '../src/browser/index.ts';
import { QuantizeError, UsageError } from '../src/errors.ts';
import { quantizeFile } from '../src/quantize-file.ts';
import { formatSummary } from '../src/summary.ts';
import { photo, smallConfig, smallJob, smallNet } from './scratch.ts';

function imageFile(name: string, bytes: Uint8Array | string): ImageFile {
  const content = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
  return { name, arrayBuffer: async () => content.slice().buffer as ArrayBuffer };
}

/** As in `smallJob`, in another order. */
const PHOTOS = [imageFile('c.bmp', photo(3)), imageFile('a.bmp', photo(2)), imageFile('b.bmp', photo(1))];

async function quantizeBytes(change: Partial<QuantizeBytesOptions> = {}) {
  const backend = await createCpuBackend();
  const model = writeModel(smallNet());
  try {
    return await quantize({ model, config: smallConfig, images: PHOTOS, backend, ...change });
  } finally {
    await backend.dispose();
  }
}

describe('quantize', () => {
  it.each([
    ['KL', {}],
    ['ADMM', { feature_quantize_method: 'ADMM', weight_quantize_method: 'ADMM' }],
    ['EMA', { feature_quantize_method: 'EMA', batch_size: 2, debug: true }],
    ['with a limit', { used_image_num: 2 }],
  ])('%s: gives the bytes that the command writes', async (_, change) => {
    const job = smallJob(change);
    const { warnings, prediction, images } = await quantizeFile(job);
    const bytes = await quantizeBytes({ config: readFileSync(job.config, 'utf8') });
    expect(readFileSync(job.target).equals(bytes.model)).toBe(true);
    expect(bytes.scales).toBe(readFileSync(`${job.target}.json`, 'utf8'));
    expect(bytes.outcome).toMatchObject({ warnings, prediction, images });
    expect(formatSummary(bytes.outcome)).toContain('2 of 2 convolutions');
  });

  it('also where the weights are in a file of their own', async () => {
    const job = smallJob();
    const { net, bytes: weights } = externalizeWeights(smallNet());
    const model = writeModel(net);
    writeFileSync(job.source, model);
    writeFileSync(`${job.source}.weight`, weights);
    const { sourceBytes, targetBytes } = await quantizeFile(job);
    const bytes = await quantizeBytes({ model, weights });
    expect(readFileSync(job.target).equals(bytes.model)).toBe(true);
    expect(readFileSync(`${job.target}.weight`).equals(bytes.weights!)).toBe(true);
    expect(bytes.outcome.weightFile).toBe('model-int8.mnn.weight');
    expect(bytes.outcome).toMatchObject({ sourceBytes, targetBytes });
    const source = basename(job.source);
    await expect(quantizeBytes({ model, source })).rejects.toThrow(
      'small.mnn keeps 2 weights in small.mnn.weight; give its content as weights',
    );
  });

  it('measures the layers with "debug"', async () => {
    const { layers } = await quantizeBytes({ config: { ...smallConfig, debug: true } });
    expect(layers?.map(({ op }) => op).sort()).toEqual(['conv1', 'conv2', 'image']);
  });

  it('runs ops without a kernel by their reference, or refuses them', async () => {
    const backend = Object.assign(createReferenceBackend(), { bind: () => undefined });
    const { outcome } = await quantizeBytes({ backend });
    expect(outcome.fallbacks).toEqual({ Convolution: 2 });
    await expect(quantizeBytes({ backend, strictBackend: true })).rejects.toThrow(
      'has no kernel for conv1 (Convolution), conv2 (Convolution)',
    );
  });

  it('names what is no image, and hidden files, in order', async () => {
    const images = [...PHOTOS, imageFile('notes.txt', 'text'), imageFile('.x.bmp', photo(4))];
    const told: string[] = [];
    const decode = () => Promise.reject(new Error('unknown format'));
    const { outcome } = await quantizeBytes({ images, decode, onWarning: (line) => told.push(line) });
    expect(outcome.images.used).toEqual(['a.bmp', 'b.bmp', 'c.bmp']);
    expect(outcome.images.skipped).toEqual([
      { name: '.x.bmp', reason: 'is hidden (its name begins with a dot)' },
      { name: 'notes.txt', reason: 'unknown format' },
    ]);
    expect(told).toEqual(outcome.warnings);
  });

  it('tells how far it is', async () => {
    const last = new Map<string, number[]>();
    await quantizeBytes({ onProgress: (phase, done, total) => last.set(phase, [done, total]) });
    for (const phase of ['images', 'calibrate']) expect(last.get(phase)?.[0]).toBe(last.get(phase)?.[1]);
  });

  it.each([
    [{ images: [] }, QuantizeError, 'images: what was given is empty; put sample images into it'],
    [
      { images: [PHOTOS[0], PHOTOS[0]] },
      UsageError,
      'images: expected a name for each, "c.bmp" is there twice',
    ],
    [{ config: '{"format": "RBG"}' }, UsageError, 'config:\n  format: expected "RGB"'],
    [{ config: { ...smallConfig, input_type: 'sequence' } }, UsageError, 'input_type: expected "image"'],
    [{ config: { ...smallConfig, format: 'GRAY', mean: [0], normal: [1] } }, UsageError, 'GRAY gives 1'],
  ])('%j is refused', async (change, type, message) => {
    const failing = quantizeBytes(change);
    await expect(failing).rejects.toThrow(message);
    await expect(failing).rejects.toThrow(type);
  });
});
