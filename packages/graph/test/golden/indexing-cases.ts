import { BinaryOpOperation } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, scalar } from './golden-case.ts';

const whole = (shape: readonly number[], ...data: number[]): GoldenInput => ({ shape, dtype: 'int32', data });
const reduced = (opType: number) => main('BinaryOp', { opType: opType as 0 });

function scatterNd(title: string, inputs: readonly GoldenInput[], opType = -1): GoldenCase {
  return { title: `ScatterNd, ${title}`, type: 'ScatterNd', main: reduced(opType), inputs };
}

function scatter(title: string, inputs: readonly GoldenInput[], opType = -1): GoldenCase {
  return { title: `ScatterElements, ${title}`, type: 'ScatterElements', main: reduced(opType), inputs };
}

export const SCATTER: readonly GoldenCase[] = [
  scatterNd('numbers, one place twice', [whole([3, 1], 4, 1, 4), input([3]), ints(6)]),
  { ...scatterNd('without a parameter', [whole([3, 1], 4, 1, 4), input([3]), ints(6)]), main: undefined },
  scatterNd('rows', [whole([2, 1], 2, 0), input([2, 3]), ints(4, 3)]),
  scatterNd('rows into a tensor', [whole([2, 1], 2, 0), input([2, 3]), ints(4, 3), input([4, 3])]),
  scatterNd(
    'rows added',
    [whole([3, 1], 2, 0, 2), input([3, 3]), ints(4, 3), input([4, 3])],
    BinaryOpOperation.ADD,
  ),
  scatterNd(
    'rows multiplied',
    [whole([3, 1], 2, 0, 2), input([3, 3]), ints(4, 3), input([4, 3])],
    BinaryOpOperation.MUL,
  ),
  scatterNd('two coordinates', [whole([2, 2], 0, 2, 1, 0), input([2]), ints(2, 3), input([2, 3])]),
  scatterNd('whole numbers', [
    whole([2, 2], 0, 2, 1, 0),
    whole([2], 7, 8),
    ints(2, 3),
    whole([2, 3], 1, 2, 3, 4, 5, 6),
  ]),
  scatterNd('outside', [whole([3, 1], 7, -1, 2), input([3]), ints(6)]),
  scatter('first axis', [input([3, 3]), whole([2, 3], 1, 0, 2, 0, 2, 1), input([2, 3])]),
  scatter(
    'added along a negative axis',
    [input([2, 4]), whole([2, 3], 1, 3, 1, 0, 0, 2), input([2, 3]), scalar(-1)],
    BinaryOpOperation.ADD,
  ),
  scatter('three dimensions', [
    input([2, 3, 2]),
    whole([2, 2, 2], 0, 2, 1, 0, 2, 1, 0, 1),
    input([2, 2, 2]),
    scalar(1),
  ]),
];

const gatherNd = (title: string, inputs: readonly GoldenInput[], axis?: number): GoldenCase => ({
  title: `GatherND, ${title}`,
  type: 'GatherND',
  main: axis === undefined ? undefined : main('Axis', { axis }),
  inputs,
});

const gatherElements = (title: string, ...inputs: GoldenInput[]): GoldenCase => ({
  title: `GatherElements, ${title}`,
  type: 'GatherElements',
  inputs,
});

export const PICK: readonly GoldenCase[] = [
  gatherNd('rows', [input([4, 3]), whole([2, 2, 1], 3, 0, 1, 1)]),
  gatherNd('numbers', [input([2, 3]), whole([3, 2], 1, 2, 0, 0, 1, 1)]),
  gatherNd('planes of whole numbers', [whole([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8), whole([2, 1], 1, 0)]),
  gatherNd('outside', [input([2, 3]), whole([2, 1], 2, -1)]),
  gatherElements('first axis', input([3, 4]), whole([2, 4], 1, 0, 2, 0, 2, 1, 0, 1)),
  gatherElements('fewer columns', input([3, 4]), whole([2, 3], 1, 0, 2, 0, 2, 1)),
  gatherElements('a negative axis', input([2, 3]), whole([2, 2], 2, 0, 1, 1), scalar(-1)),
  gatherElements('the middle axis', input([2, 3, 2]), whole([2, 1, 2], 2, 0, 1, 2), scalar(1)),
];

const reverse = (title: string, x: GoldenInput, axis: number): GoldenCase => ({
  title: `Reverse, ${title}`,
  type: 'Reverse',
  inputs: [x, ints(axis)],
});

const reverseSequence = (
  title: string,
  batchDim: number,
  seqDim: number,
  ...lengths: number[]
): GoldenCase => ({
  title: `ReverseSequence, ${title}`,
  type: 'ReverseSequence',
  main: main('ReverseSequenceParam', { batchDim, seqDim }),
  inputs: [input([4, 3, 2]), ints(...lengths)],
});

const topK = (title: string, x: GoldenInput, k: number, largest = true, axis?: number): GoldenCase => ({
  title: `TopKV2, ${title}`,
  type: 'TopKV2',
  main: main('TopKV2', { largest, sorted: true }),
  inputs: [x, ints(k), ...(axis === undefined ? [] : [scalar(axis)])],
  outputs: 2,
});

const oneHot = (title: string, axis: number, ...values: GoldenInput[]): GoldenCase => ({
  title: `OneHot, ${title}`,
  type: 'OneHot',
  main: main('OneHotParam', { axis }),
  inputs: [whole([2, 3], 0, 3, 1, -1, 2, 4), scalar(4), ...values],
});

const linSpace = (count: number): GoldenCase => ({
  title: `LinSpace, ${count}`,
  type: 'LinSpace',
  inputs: [scalar(-1.5, 'float32'), scalar(2.2, 'float32'), scalar(count)],
});

const floats = [scalar(2.5, 'float32'), scalar(-1, 'float32')];

export const ORDER: readonly GoldenCase[] = [
  reverse('the first axis', input([3, 4]), 0),
  reverse('the last axis', input([2, 3, 4]), 2),
  reverse('whole numbers', whole([2, 3], 1, 2, 3, 4, 5, 6), 1),
  reverseSequence('time first', 1, 0, 4, 1, 3),
  reverseSequence('batch first', 0, 1, 2, 3, 1, 3),
  reverseSequence('from the end', -1, 0, 2, 4),
  topK('the largest 3', input([2, 7]), 3),
  topK('the largest', input([2, 7]), 1),
  topK('the smallest 2', input([3, 6]), 2, false),
  topK('whole numbers', whole([6], 3, 9, -1, 4, 8, 7), 2),
  topK('a given last axis', input([2, 3, 5]), 2, true, 2),
  oneHot('behind', -1, ...floats),
  oneHot('in front', 0, ...floats),
  oneHot('between, whole numbers', 1, scalar(7), scalar(2)),
  linSpace(1),
  linSpace(2),
  linSpace(9),
];
