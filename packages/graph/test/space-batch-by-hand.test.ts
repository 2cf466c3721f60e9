import { describe, expect, it } from 'vitest';
import { batchToSpaceNd, spaceToBatchNd } from '../src/ops/space-batch.ts';
import type { HostTensor } from '../src/tensor.ts';

// The examples with padding in TensorFlow's documentation of both ops; MNN 3.6.1 reads before the image there.
const images = Array.from({ length: 16 }, (_, i) => i + 1);
const batches = [0, 1, 3, 0, 9, 11, 0, 2, 4, 0, 10, 12, 0, 5, 7, 0, 13, 15, 0, 6, 8, 0, 14, 16];
const attributes = { blocks: [2, 2], pads: [0, 0, 2, 0] };

function tensor(shape: number[], data: number[]): HostTensor {
  return { shape, dtype: 'float32', layout: 'NHWC', data: Float32Array.from(data) };
}

describe('padding in front', () => {
  it('space to batch', () => {
    const x = tensor([2, 2, 4, 1], images);
    const [{ shape }] = spaceToBatchNd.shape(attributes, [x], 'here');
    expect(shape).toEqual([8, 1, 3, 1]);
    const y = tensor([...shape], new Array(24).fill(7));
    spaceToBatchNd.reference(attributes, [x], [y]);
    expect(Array.from(y.data)).toEqual(batches);
  });

  it('batch to space', () => {
    const x = tensor([8, 1, 3, 1], batches);
    const [{ shape }] = batchToSpaceNd.shape(attributes, [x], 'here');
    expect(shape).toEqual([2, 2, 4, 1]);
    const y = tensor([...shape], new Array(16).fill(7));
    batchToSpaceNd.reference(attributes, [x], [y]);
    expect(Array.from(y.data)).toEqual(images);
  });

  it('refuses what does not divide', () => {
    const x = tensor([1, 3, 4, 1], new Array(12).fill(0));
    expect(() => spaceToBatchNd.shape(attributes, [x], 'here')).toThrow('here: [1,3,4,1] does not divide');
  });
});
