import { BinaryOpOperation as B, BinaryOpOperationNames } from '@mnnquant/mnn-format';
import type { OpCase } from '../op.ts';
import type { BinaryAttributes } from '../ops/binary-op.ts';
import { elementCount } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';

const OPERATIONS = [
  ...[B.ADD, B.SUB, B.MUL, B.MINIMUM, B.MAXIMUM, B.SquaredDifference, B.REALDIV, B.FLOORDIV],
  ...[B.FLOORMOD, B.POW, B.ATAN2, B.MOD],
];

const SHAPES: readonly (readonly [title: string, a: readonly number[], b: readonly number[]])[] = [
  ['same shape', [1, 5, 6, 9], [1, 5, 6, 9]],
  ['per channel', [2, 5, 3, 4], [1, 5, 1, 1]],
  ['scalar', [1, 3, 4, 5], []],
  ['scalar first', [1], [2, 3, 7]],
  ['both broadcast', [3, 1, 4], [2, 1, 5, 1]],
  ['empty', [0, 3], [1, 3]],
];

/** Every operation with zero points, and the sums and products in every kind of shape. */
export function binaryCases(): OpCase<Int8Attributes<BinaryAttributes>>[] {
  const make = (
    title: string,
    op: BinaryAttributes,
    [a, b]: readonly (readonly number[])[],
    zeroPoints: readonly [number, number, number] = [0, 0, 0],
    scale = 0.04,
  ): OpCase<Int8Attributes<BinaryAttributes>> => ({
    title,
    attributes: {
      op,
      inputs: [params(0.02, zeroPoints[0]), params(0.03, zeroPoints[1])],
      outputs: [params(scale, zeroPoints[2])],
    },
    inputs: [
      { shape: a, data: everyQ(elementCount(a)) },
      { shape: b, data: everyQ(elementCount(b), 3) },
    ],
  });
  const spread = [B.ADD, B.MUL].flatMap((operation) =>
    SHAPES.map(([title, ...shapes]) =>
      make(`${BinaryOpOperationNames[operation]}, ${title}`, { operation, relu: false }, shapes),
    ),
  );
  const all = OPERATIONS.flatMap((operation) =>
    [false, true].map((relu) =>
      make(
        `${BinaryOpOperationNames[operation]}${relu ? ' and ReLU' : ''}, zero points`,
        { operation, relu },
        [
          [3, 85],
          [3, 85],
        ],
        [5, -9, 11],
      ),
    ),
  );
  const extreme = [B.ADD, B.MUL, B.REALDIV].flatMap((operation) =>
    [1e-9, 0].map((scale) =>
      make(
        `${BinaryOpOperationNames[operation]}, an output scale of ${scale}`,
        { operation, relu: false },
        [[255], [255]],
        [0, 0, 3],
        scale,
      ),
    ),
  );
  return [...spread, ...all, ...extreme];
}
