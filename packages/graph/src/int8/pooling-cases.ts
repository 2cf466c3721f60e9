import { PoolPadType } from '@mnnquant/mnn-format';
import type { OpCase } from '../op.ts';
import type { PoolAttributes } from '../ops/pooling-attributes.ts';
import { elementCount } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';

export function poolCases(): OpCase<Int8Attributes<PoolAttributes>>[] {
  const make = (
    title: string,
    shape: number[],
    options: Partial<PoolAttributes>,
    layout: 'NCHW' | 'NHWC' = 'NCHW',
  ): OpCase<Int8Attributes<PoolAttributes>> => ({
    title,
    attributes: {
      op: {
        kind: 'max',
        global: false,
        kernel: [3, 3],
        stride: [2, 2],
        padType: PoolPadType.CAFFE,
        ceil: false,
        pads: [0, 0, 0, 0],
        countPadding: false,
        indices: false,
        ...options,
      },
      inputs: [params(0.05)],
      outputs: [params(0.05)],
    },
    inputs: [{ shape, layout, data: everyQ(elementCount(shape)) }],
  });
  const average = { kind: 'average' as const };
  return [
    make('maximum 3x3, stride 2', [1, 5, 9, 10], {}),
    make('maximum, padding, ceil', [2, 3, 8, 7], { pads: [1, 1, 1, 1], ceil: true }),
    make('maximum, SAME', [1, 3, 7, 8], { padType: PoolPadType.SAME }),
    make('maximum, last windows outside', [1, 2, 5, 4], { ceil: true, kernel: [1, 3], stride: [3, 3] }),
    make('global maximum', [1, 7, 5, 6], { global: true }),
    make('average, VALID', [1, 3, 8, 9], { ...average, padType: PoolPadType.VALID }),
    make('average, padding', [1, 3, 8, 9], { ...average, pads: [1, 1, 1, 1], countPadding: true }),
    make('average, SAME', [1, 3, 8, 9], { ...average, padType: PoolPadType.SAME }),
    make('average, window larger than the image', [1, 2, 2, 4], { ...average, pads: [1, 1, 1, 1] }),
    make('global average', [2, 7, 5, 6], { ...average, global: true }),
    make('three dimensions', [2, 3, 9], { kernel: [3, 1], stride: [2, 1], pads: [1, 0, 1, 0] }),
    make('NHWC', [1, 6, 7, 3], average, 'NHWC'),
  ];
}
