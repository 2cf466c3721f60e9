import { PadValueMode } from '@mnnquant/mnn-format';
import type { NamedCase } from './named-case.ts';

function ints(...data: readonly number[]) {
  return { shape: [data.length], dtype: 'int32' as const, data };
}

/** Moves with long axes, few of them, or many inputs: those for which threads are arranged in another way. */
export const LONG_MOVES: readonly NamedCase[] = [
  {
    op: 'Reshape',
    title: 'channels last, wide',
    attributes: { shape: [1, 70, 90, 3], elementOrder: 'NHWC' },
    inputs: [{ shape: [1, 3, 90, 70], layout: 'NC4HW4' }],
  },
  {
    op: 'Permute',
    title: 'channels last',
    attributes: { order: [0, 2, 3, 1] },
    inputs: [{ shape: [1, 3, 90, 70] }],
  },
  { op: 'Permute', title: 'two columns', attributes: { order: [1, 0] }, inputs: [{ shape: [9001, 2] }] },
  { op: 'Permute', title: 'two rows', attributes: { order: [1, 0] }, inputs: [{ shape: [2, 9001] }] },
  {
    op: 'Permute',
    title: 'long in the middle',
    attributes: { order: [2, 1, 0] },
    inputs: [{ shape: [5, 2600, 3] }],
  },
  {
    op: 'Permute',
    title: 'six axes reversed',
    attributes: { order: [5, 4, 3, 2, 1, 0] },
    inputs: [{ shape: [2, 3, 4, 2, 3, 5] }],
  },
  {
    op: 'Slice',
    title: 'long parts',
    attributes: { axis: 1, points: [3, 9000], pointsAre: 'sizes', parts: 2 },
    inputs: [{ shape: [3, 9003] }],
  },
  {
    op: 'Slice',
    title: 'long rows',
    attributes: { axis: 0, points: [1, 2], pointsAre: 'sizes', parts: 2 },
    inputs: [{ shape: [3, 70000] }],
  },
  {
    op: 'Concat',
    title: 'pairs',
    attributes: { axis: 1 },
    inputs: [{ shape: [2, 6000, 2] }, { shape: [2, 4000, 2] }],
  },
  {
    op: 'Concat',
    title: 'long columns',
    attributes: { axis: 1 },
    inputs: [{ shape: [9000, 2] }, { shape: [9000, 3] }],
  },
  {
    op: 'Concat',
    title: 'long lines',
    attributes: { axis: 0 },
    inputs: [{ shape: [50001] }, { shape: [9000] }],
  },
  {
    op: 'Concat',
    title: '45 inputs',
    attributes: { axis: 1 },
    inputs: Array.from({ length: 45 }, (_, i) => ({ shape: [3, (i % 4) + 1] })),
  },
  {
    op: 'Pack',
    title: 'last axis',
    attributes: { axis: -1 },
    inputs: Array.from({ length: 3 }, () => ({ shape: [70000] })),
  },
  {
    op: 'Pack',
    title: 'one tensor twice',
    attributes: { axis: 1 },
    inputs: [{ shape: [4, 5] }, { shape: [4, 5] }],
    setting: { sameAs: { 1: 0 } },
  },
  {
    op: 'GatherV2',
    title: 'rows, some outside',
    attributes: { axis: 0 },
    inputs: [{ shape: [20, 96] }, ints(...Array.from({ length: 5000 }, (_, i) => (i * 7) % 21))],
  },
  {
    op: 'GatherV2',
    title: 'two long columns',
    attributes: { axis: 1 },
    inputs: [{ shape: [9000, 3] }, ints(2, 0)],
  },
  {
    op: 'GatherV2',
    title: 'three long columns',
    attributes: { axis: 1 },
    inputs: [{ shape: [5003, 3] }, ints(2, 0, 1)],
  },
  {
    op: 'Padding',
    title: 'reflected, long',
    attributes: { mode: PadValueMode.REFLECT },
    inputs: [{ shape: [1, 2, 3, 5000] }, ints(0, 0, 0, 1, 1, 1, 2, 3)],
  },
  {
    op: 'Padding',
    title: 'constant, four axes',
    attributes: { mode: PadValueMode.CONSTANT },
    inputs: [
      { shape: [2, 3, 4, 5] },
      ints(1, 0, 1, 2, 0, 1, 2, 0),
      { shape: [1], dtype: 'int32', data: [7] },
    ],
  },
  {
    op: 'Tile',
    title: 'four axes',
    attributes: undefined,
    inputs: [{ shape: [2, 3, 2, 3] }, ints(2, 3, 2, 40)],
  },
];
