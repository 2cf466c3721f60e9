import { ReductionType } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main } from './golden-case.ts';

const whole = (shape: readonly number[], ...data: number[]): GoldenInput => ({ shape, dtype: 'int32', data });

const segment = (title: string, x: GoldenInput, ...ids: number[]): GoldenCase => ({
  title: `Segment, ${title}`,
  type: 'Segment',
  inputs: [x, ints(...ids)],
});

const setDiff = (title: string, x: GoldenInput, y: GoldenInput): GoldenCase => ({
  title: `SetDiff1D, ${title}`,
  type: 'SetDiff1D',
  inputs: [x, y],
});

const unravel = (title: string, positions: GoldenInput, ...dims: number[]): GoldenCase => ({
  title: `UnravelIndex, ${title}`,
  type: 'UnravelIndex',
  inputs: [positions, ints(...dims)],
});

const castLike = (title: string, x: GoldenInput, like: GoldenInput): GoldenCase => ({
  title: `CastLike, ${title}`,
  type: 'CastLike',
  inputs: [x, like],
});

export const SETS: readonly GoldenCase[] = [
  segment('numbers', input([6]), 0, 0, 1, 2, 2, 2),
  segment('rows', input([5, 3]), 0, 1, 1, 1, 2),
  segment('planes', input([4, 2, 3]), 0, 0, 1, 1),
  {
    ...segment('the parameter of a converter', input([4, 2]), 0, 1, 2, 2),
    main: main('ReductionParam', { operation: ReductionType.MEAN }),
  },
  segment('one', input([3, 2]), 0, 0, 0),
  segment('images, channels last', input([3, 2, 2, 3], 'NHWC'), 0, 1, 1),
  setDiff('some', ints(5, -1, 5, 3, 0, 3), ints(3, 7)),
  setDiff('all', ints(4, 4, 2), ints(9)),
  unravel('one', whole([], 13), 3, 5),
  unravel('some', whole([4], 0, 59, 7, 33), 3, 4, 5),
  unravel('a matrix', whole([2, 3], 5, 3, 1, 0, 4, 2), 6),
  unravel('outside and negative', whole([4], -4, 60, 61, -23), 3, 4, 5),
  castLike('floats as whole numbers', input([3, 4]), whole([1], 1)),
  castLike('whole numbers as floats', whole([5], -3, 0, 7, 16777215, -1), input([2])),
  castLike('floats as floats', input([2, 3]), input([1])),
  castLike('images', input([1, 3, 2, 2], 'NC4HW4'), whole([1], 1)),
];
