import { describe, expect, it } from 'vitest';
import { instanceNorm } from '../src/ops/instance-norm.ts';
import { moments } from '../src/ops/moments.ts';
import type { HostTensor } from '../src/tensor.ts';

// Released MNN is built without both ops (MNN_SUPPORT_DEPRECATED_OP), so these numbers are by hand.
function tensor(shape: number[], data: number[]): HostTensor {
  return { shape, dtype: 'float32', layout: 'NC4HW4', data: Float32Array.from(data) };
}

describe('moments of images', () => {
  const x = tensor([1, 2, 2, 2], [1, 3, 1, 3, 0, 0, 4, 8]);
  const [mean, variance] = [tensor([1, 2, 1, 1], [7, 7]), tensor([1, 2, 1, 1], [7, 7])];

  it('means and variances', () => {
    const attributes = { axes: [2, -1], keepDims: true };
    expect(moments.shape(attributes, [x], 'here').map(({ shape }) => shape)).toEqual([
      [1, 2, 1, 1],
      [1, 2, 1, 1],
    ]);
    moments.reference(attributes, [x], [mean, variance]);
    expect(Array.from(mean.data)).toEqual([2, 3]);
    expect(Array.from(variance.data)).toEqual([1, 11]);
  });

  it('normalize an instance', () => {
    const y = tensor([1, 2, 2, 2], new Array(8).fill(7));
    const attributes = { slope: Float32Array.of(2, 1), bias: Float32Array.of(0, 1), epsilon: 3 };
    instanceNorm.reference(attributes, [x, tensor([1, 2], [2, 3]), tensor([1, 2], [1, 6])], [y]);
    const expected = [-1, 1, -1, 1, 0, 0, 4 / 3, 8 / 3];
    for (const [i, value] of expected.entries()) expect(y.data[i]).toBeCloseTo(value, 6);
  });

  it('refuses other channels', () => {
    const attributes = { slope: Float32Array.of(1), bias: Float32Array.of(0), epsilon: 0 };
    expect(() => instanceNorm.shape(attributes, [x, mean, variance], 'here')).toThrow(
      'here: expected 1 channels, got 2',
    );
  });
});
