import type { Net, SubGraphProto } from '@mnnquant/mnn-format';
import { constOp, inputOp, type SmallOp, smallNet } from '../support/small-net.ts';
import { main } from './golden-case.ts';
import { append, asFloat, emptyList, join, listOf, op, renamed, stack } from './list-parts.ts';
import {
  binary,
  type ControlNet,
  copy,
  type Feed,
  floats,
  names,
  negate,
  scalar,
  subgraph,
  table,
  wholeInput,
} from './net-parts.ts';

/** A counted loop: `n` turns; in each, `body` makes `next` of the state `s` with the turn `i`, and may read `x`. */
function loop(n: SmallOp, start: readonly SmallOp[], body: readonly SmallOp[], end: readonly SmallOp[]): Net {
  const graph = subgraph(
    'body',
    ['i', 'c', 's', 'x'],
    ['go', 'next', 'x'],
    [wholeInput('i'), wholeInput('c'), inputOp('s'), inputOp('x', 2), scalar('go', 1), ...body],
  );
  const whileOp: SmallOp = {
    type: 'While',
    inputs: ['n', 'start', 's0', 'x'],
    outputs: ['end', 'x_end'],
    main: main('WhileParam', { body_graph: 'body' }),
  };
  return smallNet([n, scalar('start', 1), inputOp('x', 2), ...start, whileOp, ...end], {
    subgraphs: [graph],
    outputName: end
      .filter(({ type }) => type === 'UnaryOp' || type === 'Cast')
      .flatMap(({ outputs }) => outputs),
  });
}

/** s = s + [x + i]. */
const APPEND: readonly SmallOp[] = [
  asFloat('i', 'f'),
  binary('ADD', 'x', 'f', 'moved'),
  ...append('s', 'moved', 'next'),
];

/** Where the input holds a number above 0 one thing is appended, else another or nothing. */
function choiceNet(otherwise: readonly SmallOp[]): Net {
  const branch = (name: string, ops: readonly SmallOp[]): SubGraphProto =>
    subgraph(name, ['list', 'x'], ['made'], [inputOp('list'), inputOp('x', 2), ...ops]);
  const ifOp: SmallOp = {
    type: 'If',
    inputs: ['c', 'list2', 'x'],
    outputs: ['chosen'],
    main: main('IfParam', {
      then_graph: 'then',
      else_graph: 'else',
      aliases_inputs: [names(), names('list'), names('x')],
      aliases_outputs: [names('made', 'made')],
    }),
  };
  return smallNet(
    [
      wholeInput('c', 1),
      inputOp('x', 2),
      negate('x', 'minus'),
      ...listOf('list', 'x', 'minus'),
      ifOp,
      join('chosen', 'joined'),
      negate('joined', 'y'),
    ],
    {
      subgraphs: [branch('then', append('list', 'x', 'made')), branch('else', otherwise)],
      outputName: ['y'],
    },
  );
}

/** A list of fixed length as TensorFlow has it: its elements have one shape, which the first write tells. */
const array = (name: string): SmallOp => ({
  type: 'TensorArray',
  inputs: ['n'],
  outputs: [`${name}_handle`, name],
  main: main('TensorArray', { identical_element_shapes: true }),
});

/**
 * TensorFlow's loop over the rows of x: rows into a list, per turn one is read and the sum so far written into
 * another list, which is stacked at the end.
 */
function unrolledSums(position: readonly SmallOp[], written: string): Net {
  const param = main('WhileParam', {
    cond_graph: 'cond',
    body_graph: 'body',
    aliases_inputs: [
      ...[names('ci', 'bi'), names('cn', 'bn'), names('sum'), names('from'), names('from_handle')],
      ...[names('to'), names('to_handle')],
    ],
    aliases_outputs: ['to', 'sum'],
    aliases_updates: [names('i2', 'ci'), names('i2', 'bi'), names('sum2', 'sum'), names('to2', 'to')],
  });
  const cond = subgraph(
    'cond',
    ['ci', 'cn'],
    ['go'],
    [wholeInput('ci'), wholeInput('cn'), binary('LESS', 'ci', 'cn', 'go')],
  );
  const inputs = ['bi', 'bn', 'sum', 'from', 'from_handle', 'to', 'to_handle'];
  const body = subgraph(
    'body',
    inputs,
    ['i2', 'sum2', 'to2'],
    [
      ...[wholeInput('bi'), wholeInput('bn'), inputOp('sum', 2)],
      ...inputs.slice(3).map((name) => inputOp(name)),
      scalar('one', 1),
      op('TensorArrayRead', ['from_handle', 'bi', 'from'], 'row'),
      binary('ADD', 'sum', 'row', 'sum2'),
      ...position,
      op('TensorArrayWrite', ['to_handle', written, 'sum2', 'to'], 'to2'),
      binary('ADD', 'bi', 'one', 'i2'),
    ],
  );
  const whileOp: SmallOp = {
    type: 'While',
    inputs: ['i', 'n', 'zero', 'rows', 'in_handle', 'out', 'out_handle'],
    outputs: ['made', 'total'],
    main: param,
  };
  return smallNet(
    [
      ...[scalar('i', 0), scalar('n', 3), inputOp('x', 3, 2), inputOp('zero', 2), array('in'), array('out')],
      constOp('order', 0, 1, 2),
      op('TensorArrayScatter', ['in_handle', 'order', 'x', 'in'], 'rows'),
      whileOp,
      op('TensorArrayGather', ['out_handle', 'order', 'made'], 'stacked', {
        element_shape: Int32Array.of(2),
      }),
      ...[negate('stacked', 'y'), negate('total', 'z')],
    ],
    { subgraphs: [cond, body], outputName: ['y', 'z'] },
  );
}

const n = (value: number): Feed => ({ shape: [], data: [value], whole: true });
const X = { x: floats(10, 20) };
const ROWS = { x: table(3, 1, 2, 3, 4, 5, 6), zero: floats(0, 0) };

const IDENTITY = 'an Identity hands on a list without its numbers (GeometryReshape.cpp)';

/** Small networks in which lists of tensors pass through loops and branches. */
export const LIST_NETS: Readonly<Record<string, ControlNet>> = {
  'a loop that appends to a list': {
    net: loop(scalar('n', 3), emptyList('s0'), APPEND, [stack('end', 'all'), negate('all', 'y')]),
    feeds: X,
    expected: { y: table(3, -10, -20, -11, -21, -12, -22) },
  },
  'as many elements as the data say': {
    net: loop(wholeInput('n'), emptyList('s0'), APPEND, [
      ...[stack('end', 'all'), negate('all', 'y')],
      ...[op('TensorArraySize', ['end', 'end'], 'length'), asFloat('length', 'count')],
    ]),
    feeds: { ...X, n: n(2) },
    expected: { y: table(2, -10, -20, -11, -21), count: floats(2) },
  },
  'elements of different sizes': {
    net: loop(
      scalar('n', 2),
      renamed(listOf('t', 'x'), 't1', 's0'),
      [join('s', 'whole'), ...append('s', 'whole', 'next')],
      [
        ...[join('end', 'all'), negate('all', 'y')],
        ...[scalar('two', 2), op('TensorArrayRead', ['end', 'two', 'end'], 'last'), negate('last', 'z')],
      ],
    ),
    feeds: X,
    expected: {
      y: floats(-10, -20, -10, -20, -10, -20, -10, -20),
      z: floats(-10, -20, -10, -20),
    },
  },
  'a list that gets shorter': {
    net: loop(
      wholeInput('n'),
      [negate('x', 'minus'), ...renamed(listOf('t', 'x', 'minus', 'x'), 't3', 's0')],
      [scalar('first', 0), op('TensorArrayErase', ['s', 'first', 's'], 'next')],
      [join('end', 'all'), negate('all', 'y')],
    ),
    feeds: { ...X, n: n(1) },
    expected: { y: floats(10, 20, -10, -20) },
  },
  'a branch appends to a list': {
    net: choiceNet([negate('x', 'other'), ...append('list', 'other', 'made')]),
    feeds: { ...X, c: { shape: [1], data: [0], whole: true } },
    expected: { y: floats(-10, -20, 10, 20, 10, 20) },
  },
  'a branch appends to a list, the other one not': {
    net: choiceNet([copy('list', 'made')]),
    feeds: { ...X, c: { shape: [1], data: [0], whole: true } },
    expected: { y: floats(-10, -20, 10, 20) },
    mnnFails: IDENTITY,
  },
  'a list that is handed on': {
    net: smallNet([inputOp('x', 2), ...listOf('s', 'x', 'x'), copy('s2', 'same'), join('same', 'y')], {
      outputName: ['y'],
    }),
    feeds: X,
    expected: { y: floats(10, 20, 10, 20) },
    mnnFails: IDENTITY,
  },
  'a branch that appends is taken, the other one does not': {
    net: choiceNet([copy('list', 'made')]),
    feeds: { ...X, c: { shape: [1], data: [1], whole: true } },
    expected: { y: floats(-10, -20, 10, 20, -10, -20) },
  },
  'a list read and another written turn by turn': {
    net: unrolledSums([], 'bi'),
    feeds: ROWS,
    expected: { y: table(3, -1, -2, -4, -6, -9, -12), z: floats(-9, -12) },
  },
  'a list written from its end': {
    net: unrolledSums(
      [binary('SUB', 'bn', 'one', 'top'), binary('SUB', 'top', 'bi', 'from_end')],
      'from_end',
    ),
    feeds: ROWS,
    expected: { y: table(3, -9, -12, -4, -6, -1, -2), z: floats(-9, -12) },
    mnnFails: 'it forgets what follows the element that is written',
  },
};
