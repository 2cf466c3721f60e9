import {
  EltwiseType,
  MNN_DATA_FORMAT as Format,
  ReductionType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, noise } from './golden-case.ts';

/** Five channels fill no pack of four or eight. */
const packed = (...shape: number[]): GoldenInput => input(shape, 'NC4HW4');
const image = packed(2, 5, 2, 3);

function one(
  title: string,
  type: GoldenCase['type'],
  parameter: GoldenCase['main'],
  ...inputs: GoldenInput[]
) {
  return { title: `${type}, ${title}`, type, main: parameter, inputs };
}

const scale = (channels: number, biased: boolean) =>
  main('Scale', {
    channels,
    scaleData: noise(channels, 3),
    ...(biased ? { biasData: noise(channels, 4) } : {}),
  });
const unary = (operation: keyof typeof UnaryOpOperation) =>
  main('UnaryOp', { opType: UnaryOpOperation[operation] });
const axis = (value: number) => main('Axis', { axis: value });

/**
 * Ops on packed channels, and parameters that are rare. Not GatherV2 of several places: MNN reads packed channels
 * as plain ones there, and no converted model has it.
 */
export const PACKED: readonly GoldenCase[] = [
  one('packed', 'ReLU', main('Relu'), image),
  one('packed, with a slope', 'ReLU', main('Relu', { slope: 0.125 }), image),
  one('packed, limits', 'ReLU6', main('Relu6', { minValue: -0.5, maxValue: 0.75 }), image),
  { ...one('packed', 'ELU', main('ELU', { alpha: 1.5 }), image), tolerance: 1e-5 },
  { ...one('packed', 'Sigmoid', undefined, image), tolerance: 1e-5 },
  { ...one('packed', 'TanH', undefined, image), tolerance: 1e-5 },
  one('packed', 'UnaryOp', unary('ABS'), image),
  { ...one('packed, hard', 'UnaryOp', unary('HARDSWISH'), image), tolerance: 1e-5 },
  one('packed, 5-D', 'UnaryOp', unary('NEG'), packed(1, 5, 2, 2, 3)),
  one('packed, without bias', 'Scale', scale(5, false), image),
  one('packed, more samples', 'Scale', scale(6, true), packed(3, 6, 1, 2)),
  one('packed, one pixel', 'PReLU', main('PRelu', { slopeCount: 5, slope: noise(5, 8) }), packed(3, 5, 1, 1)),
  one('two, packed', 'Eltwise', main('Eltwise', { type: EltwiseType.SUM }), image, image),
  one(
    'two dimensions',
    'Eltwise',
    main('Eltwise', { type: EltwiseType.MAXIMUM }),
    input([3, 4]),
    input([3, 4]),
  ),
  { ...one('packed channels', 'Softmax', axis(1), image), tolerance: 1e-5 },
  { ...one('packed rows', 'Softmax', axis(-2), image), tolerance: 1e-5 },
  one(
    'packed channels',
    'Reduction',
    main('ReductionParam', { operation: ReductionType.MEAN, dim: Int32Array.of(1), keepDims: true }),
    image,
  ),
  one(
    'packed planes',
    'Reduction',
    main('ReductionParam', { operation: ReductionType.SUM, dim: Int32Array.of(2, 3), keepDims: true }),
    image,
  ),
  {
    ...one('packed', 'Slice', main('Slice', { axis: 1, slicePoints: Int32Array.of(1, 4) }), image),
    outputs: 3,
  },
  one('packed', 'Tile', undefined, image, ints(1, 2, 1, 2)),
  one('packed', 'Flatten', main('Flatten', { axis: 1 }), image),
  one('from the first axis', 'Flatten', main('Flatten', { axis: 0 }), input([2, 3, 2])),
  one(
    'packed to two',
    'Reshape',
    main('Reshape', { dims: Int32Array.of(0, -1), dimType: Format.NCHW }),
    image,
  ),
  one('packed', 'Squeeze', main('SqueezeParam', { squeezeDims: Int32Array.of(2, 3) }), packed(2, 5, 1, 1)),
  {
    ...one(
      'packed',
      'StridedSlice',
      main('StridedSliceParam', { beginMask: 15, endMask: 15 }),
      image,
      ints(0, 0, 0, 0),
      ints(0, 0, 0, 0),
      ints(1, 2, 1, 2),
    ),
  },
  one('packed', 'Permute', main('Permute', { dims: Int32Array.of(1, 0, 3, 2) }), image),
];
