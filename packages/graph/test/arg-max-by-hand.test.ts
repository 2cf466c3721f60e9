import { describe, expect, it } from 'vitest';
import { argMax, argMin } from '../src/ops/arg-max.ts';
import type { HostTensor } from '../src/tensor.ts';

// Caffe's ArgMax along the channels: MNN 3.6.1 computes the same numbers, but writes them one after the other into
// memory that its output's layout (NC4HW4) has in another order, and without an axis it stops half way.
const x: HostTensor = {
  shape: [1, 3, 1, 2],
  dtype: 'float32',
  layout: 'NC4HW4',
  data: Float32Array.of(0.1, 0.6, 0.7, 0.2, 0.2, 0.2),
};

function run(axis: number, topK: number, outMaxVal = 0, softmaxThreshold = 0) {
  const attributes = { axis, caffe: { topK, outMaxVal, softmaxThreshold } };
  const [desc] = argMax.shape(attributes, [x], 'here');
  const y = { ...desc, data: new Float32Array(desc.shape.reduce((a, b) => a * b, 1)).fill(9) };
  argMax.reference(attributes, [x], [y]);
  return { shape: y.shape, data: Array.from(y.data, (value) => Number(value.toPrecision(6))) };
}

describe("Caffe's ArgMax", () => {
  it('gives a place per pixel', () => {
    expect(run(1, 1)).toEqual({ shape: [1, 1, 1, 2], data: [1, 0] });
  });

  it('gives the values behind the places', () => {
    expect(run(1, 2, 1)).toEqual({ shape: [1, 4, 1, 2], data: [1, 0, 2, 1, 0.7, 0.6, 0.2, 0.2] });
  });

  it('counts values from 1 / extent on', () => {
    expect(run(1, 2, 1, 1)).toEqual({ shape: [1, 4, 1, 2], data: [1, 0, 0, 0, 0.7, 0.6, 0, 0] });
  });

  it('takes all but the batch without an axis', () => {
    expect(run(10000, 2, 1)).toEqual({ shape: [1, 2, 2, 1], data: [2, 1, 0.7, 0.6] });
  });

  it('says what it needs', () => {
    const attributes = { axis: 10000, caffe: { topK: 1, outMaxVal: 0, softmaxThreshold: 0 } };
    const line = { ...x, shape: [2, 3] };
    expect(() => argMax.shape(attributes, [line], 'here')).toThrow('need an input of 3 dimensions or more');
    expect(() => argMax.shape({ ...attributes, axis: 4 }, [x], 'here')).toThrow('expected an axis in 0..3');
    expect(() => argMin.shape(attributes, [x], 'here')).toThrow('MNN has no ArgMin');
  });
});
