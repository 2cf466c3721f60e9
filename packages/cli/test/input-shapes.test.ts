import type { GraphInput } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { entryShape } from '../src/samples/input-shapes.ts';

const input = (...shape: number[]): GraphInput => ({
  tensor: 0,
  name: 'rate',
  desc: { shape, dtype: 'int32', layout: 'NCHW' },
});

describe('the shape that an entry of "inputs" says', () => {
  it.each([
    ['one number for an input without declared extents', input(), { name: 'rate', value: 16000 }, []],
    ['a list for one', input(), { name: 'rate', value: [16000] }, undefined],
    ['one number for an input that has extents', input(1, -1), { name: 'rate', value: 16000 }, undefined],
    ['a shape beside a number', input(), { name: 'rate', value: 1, shape: [2, 3] }, [2, 3]],
    ['none', input(), undefined, undefined],
  ])('%s', (_, of, entry, shape) => {
    expect(entryShape(of, entry)).toEqual(shape);
  });
});
