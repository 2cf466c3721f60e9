import { createTable, type Op } from '@mnnquant/mnn-format';
import { inputOp, type SmallOp, smallNet } from '../support/small-net.ts';
import type { ControlNet, Feed } from './net-parts.ts';
import { floatScalar, negate, scalar, wholeInput } from './net-parts.ts';

const extra: Op['main'] = { type: 'Extra', value: createTable('Extra', {}) } as Op['main'];

const BOXES: Feed = {
  shape: [6, 4],
  data: [0, 0, 1, 1, 1, 1.1, 0, 0.1, 2, 2, 3, 3, 0, 0.6, 1, 1.6, 5, 5, 6, 6, 2, 2.5, 3, 3.5],
};
const SCORES: Feed = { shape: [6], data: [0.9, 0.8, 0.7, 0.95, 0.1, 0.65] };

/** The picked boxes, found by hand: overlaps are 0-1 0.9/1.1, 0-3 0.4/1.6, 1-3 0.5/1.5, 2-5 0.5/1.5, else none. */
function suppression(limits: readonly number[], picked: readonly number[]): ControlNet {
  const [most, ...rest] = limits;
  const names = rest.map((_, i) => `limit${i}`);
  const op: SmallOp = {
    type: 'NonMaxSuppressionV2',
    inputs: ['boxes', 'scores', 'most', ...names],
    outputs: ['picked'],
  };
  const sources = [inputOp('boxes', 6, 4), inputOp('scores', 6), scalar('most', most)];
  const net = smallNet([...sources, ...rest.map((value, i) => floatScalar(names[i], value)), op]);
  return {
    net,
    feeds: { boxes: BOXES, scores: SCORES },
    expected: { picked: { shape: [picked.length], data: picked, whole: true } },
  };
}

function perClass(): ControlNet {
  const op: SmallOp = {
    type: 'NonMaxSuppressionV2',
    inputs: ['boxes', 'scores', 'most', 'overlap', 'least'],
    outputs: ['picked'],
  };
  const sources = [inputOp('boxes', 1, 6, 4), inputOp('scores', 1, 2, 6), scalar('most', 2)];
  const limits = [floatScalar('overlap', 0.5), floatScalar('least', 0.3)];
  return {
    net: smallNet([...sources, ...limits, op]),
    feeds: {
      boxes: { shape: [1, 6, 4], data: BOXES.data },
      scores: { shape: [1, 2, 6], data: [...SCORES.data, 0.1, 0.2, 0.25, 0.29, 0.5, 0.1] },
    },
    expected: { picked: { shape: [3, 3], data: [0, 0, 3, 0, 0, 0, 0, 1, 4], whole: true } },
  };
}

function found(op: SmallOp, feed: Feed, expected: Readonly<Record<string, Feed>>): ControlNet {
  const source = feed.whole ? wholeInput('x', ...feed.shape) : inputOp('x', ...feed.shape);
  return { net: smallNet([source, op], { outputName: Object.keys(expected) }), feeds: { x: feed }, expected };
}

const whereOp: SmallOp = { type: 'Where', inputs: ['x'], outputs: ['y'], main: extra };
const uniqueOp = (...outputs: string[]): SmallOp => ({ type: 'Unique', inputs: ['x'], outputs });
const whole = (...data: number[]): Feed => ({ shape: [data.length], data, whole: true });

const setDiffOp: SmallOp = { type: 'SetDiff1D', inputs: ['x', 'y'], outputs: ['z'] };

/** Ops whose output is as large as the data say. */
export const DATA_SHAPE_NETS: Readonly<Record<string, ControlNet>> = {
  'NonMaxSuppressionV2, at most 2': suppression([2, 0.5], [3, 0]),
  'NonMaxSuppressionV2, a least score': suppression([6, 0.5, 0.2], [3, 0, 2, 5]),
  'NonMaxSuppressionV2, little overlap': suppression([6, 0.1], [3, 2, 4]),
  'NonMaxSuppressionV2 per class': perClass(),
  'Where of floats': found(
    whereOp,
    { shape: [2, 3], data: [0, 1, -1, 0.5, 0, 2] },
    {
      y: { shape: [3, 2], data: [0, 1, 1, 0, 1, 2], whole: true },
    },
  ),
  'Where finds nothing': found(
    whereOp,
    { shape: [3], data: [0, -1, 0], whole: true },
    {
      y: { shape: [0, 1], data: [], whole: true },
    },
  ),
  'Unique, one output': found(uniqueOp('y'), whole(3, 1, 3, -2), { y: whole(-2, 1, 3) }),
  'Unique, two outputs': found(uniqueOp('y', 'i'), whole(3, 1, 3, -2), {
    y: whole(-2, 1, 3),
    i: whole(2, 1, 2, 0),
  }),
  'Unique, four outputs': found(uniqueOp('y', 'first', 'i', 'n'), whole(3, 1, 3, -2), {
    y: whole(-2, 1, 3),
    first: whole(3, 1, 0),
    i: whole(2, 1, 2, 0),
    n: whole(1, 1, 2),
  }),
  'SetDiff1D, some left': {
    net: smallNet([wholeInput('x', 5), wholeInput('y', 2), setDiffOp]),
    feeds: { x: whole(3, 1, 3, -2, 0), y: whole(1, 7) },
    expected: { z: whole(3, 3, -2, 0) },
  },
  'SetDiff1D, nothing left': {
    net: smallNet([wholeInput('x', 2), wholeInput('y', 3), setDiffOp]),
    feeds: { x: whole(3, 1), y: whole(1, 7, 3) },
    expected: { z: whole() },
  },
  'Segment of computed numbers': {
    net: smallNet([
      inputOp('x', 4, 2),
      wholeInput('ids', 4),
      { type: 'Segment', inputs: ['x', 'ids'], outputs: ['y'] },
      negate('y', 'z'),
    ]),
    feeds: { x: { shape: [4, 2], data: [1, 2, 3, 6, 5, 5, 1, 2] }, ids: whole(0, 0, 1, 2) },
    expected: { z: { shape: [3, 2], data: [-2, -4, -5, -5, -1, -2] } },
  },
  'what follows a Where': {
    net: smallNet(
      [
        inputOp('x', 4),
        whereOp,
        { type: 'Shape', inputs: ['y'], outputs: ['shape'] },
        { type: 'BroadcastTo', inputs: ['x1', 'shape'], outputs: ['wide'] },
        negate('wide', 'z'),
      ].toSpliced(1, 0, inputOp('x1', 1)) as SmallOp[],
      { outputName: ['z'] },
    ),
    feeds: { x: { shape: [4], data: [1, 0, 2, 3] }, x1: { shape: [1], data: [7] } },
    expected: { z: { shape: [3, 1], data: [-7, -7, -7] } },
  },
};
