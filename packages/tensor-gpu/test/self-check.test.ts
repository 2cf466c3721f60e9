import { createReferenceBackend, type TensorBackend } from '@mnnquant/graph';
import { describe, expect, test } from 'vitest';
import { createGpuBackend } from '../src/node.ts';
import { checkBackend } from '../src/self-check.ts';
import { hasNodeWebGpu } from './support/available.ts';

/** The reference with something that it does in another way. */
function changed(change: (right: TensorBackend) => Partial<TensorBackend>): TensorBackend {
  const right = createReferenceBackend();
  return Object.assign(createReferenceBackend(), change(right));
}

const check = (backend: TensorBackend) => checkBackend(backend, createReferenceBackend());

describe('the self-check', () => {
  test('says nothing where all is as in the reference', async () => {
    expect(await check(createReferenceBackend())).toBeUndefined();
  });

  test('misses a kernel', async () => {
    expect(await check(changed(() => ({ bind: () => undefined })))).toBe(
      'it has no kernel for a 3x3 convolution',
    );
  });

  test.each([
    ['in all values', (data: Float32Array) => data.map((value) => value * 1.001)],
    ['in the last one', (data: Float32Array) => data.with(data.length - 1, 77)],
    ['by a NaN', (data: Float32Array) => data.with(3, Number.NaN)],
    ['in their number', (data: Float32Array) => data.subarray(1)],
  ])('sees a convolution that is wrong %s', async (_, spoil) => {
    const backend = changed((right) => ({
      download: async (tensor) => spoil((await right.download(tensor)) as Float32Array),
    }));
    expect(await check(backend)).toMatch(/^its convolution is off by \S+ where the largest value is \d/);
  });

  test('sees NaN and infinities that are not counted, and such that are no end of the range', async () => {
    const uncounted = changed((right) => ({
      range: async (tensor) => ({ ...(await right.range(tensor)), nonFinite: 0 }),
    }));
    expect(await check(uncounted)).toMatch(
      /^the range of numbers among which NaN and infinities are: expected .* 3 not finite, got .* 0 not finite$/,
    );
    const infinite = changed((right) => ({
      range: async (tensor) => {
        const range = await right.range(tensor);
        return range.nonFinite > 0 ? { ...range, max: Number.POSITIVE_INFINITY } : range;
      },
    }));
    expect(await check(infinite)).toMatch(/^the range of numbers among.*Infinity\] of 1000 values/);
  });

  test('sees an end of a range that is a little off', async () => {
    const backend = changed((right) => ({
      range: async (tensor) => {
        const range = await right.range(tensor);
        return { ...range, min: Math.fround(range.min * (1 - 2 ** -23)) };
      },
    }));
    expect(await check(backend)).toMatch(/^the range of finite numbers: expected \[-/);
  });

  test('sees values in other bins, but not one that lies on an edge', async () => {
    const moving = (count: number) =>
      changed((right) => ({
        histogram: async (tensor, request, counts) => {
          await right.histogram(tensor, request, counts);
          counts[5] -= count;
          counts[6] += count;
        },
      }));
    expect(await check(moving(1))).toBeUndefined();
    expect(await check(moving(3))).toBe('its histogram has 3 of 1000 values in other bins');
  });

  test('frees what it made', async () => {
    const live = new Set<unknown>();
    const backend = changed((right) => ({
      allocate: (desc) => {
        const tensor = right.allocate(desc);
        live.add(tensor);
        return tensor;
      },
      free: (tensor) => live.delete(tensor),
    }));
    await check(backend);
    expect(live.size).toBe(0);
  });

  test.skipIf(!hasNodeWebGpu())('agrees with WebGPU in Node', async () => {
    const backend = await createGpuBackend({ mode: 'webgpu' });
    try {
      expect(await check(backend)).toBeUndefined();
    } finally {
      await backend.dispose();
    }
  });
});
