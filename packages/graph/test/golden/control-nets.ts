import type { Net, Op, SubGraphProto } from '@mnnquant/mnn-format';
import { inputOp, type SmallOp, smallNet } from '../support/small-net.ts';
import { main } from './golden-case.ts';
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
  whole,
  wholeInput,
} from './net-parts.ts';

function concat(a: string, b: string, to: string): SmallOp {
  return { type: 'Concat', inputs: [a, b], outputs: [to], main: main('Axis', { axis: 0 }) };
}

function ifOp(inputs: readonly string[], aliases: readonly string[], outputs: readonly string[]): SmallOp {
  const parameter: Op['main'] = main('IfParam', {
    then_graph: 'then',
    else_graph: 'else',
    aliases_inputs: [names(), ...aliases.map((alias) => names(alias))],
    aliases_outputs: outputs.map((output) => names(`then_${output}`, `else_${output}`)),
  });
  return { type: 'If', inputs, outputs, main: parameter };
}

/** then: -x; else: x + x, or x twice where `grows`. */
function branches(grows: boolean): SubGraphProto[] {
  return [
    subgraph('then', ['then_x'], ['then_y'], [inputOp('then_x', 3), negate('then_x', 'then_y')]),
    subgraph(
      'else',
      ['else_x'],
      ['else_y'],
      [
        inputOp('else_x', 3),
        grows ? concat('else_x', 'else_x', 'else_y') : binary('ADD', 'else_x', 'else_x', 'else_y'),
      ],
    ),
  ];
}

function ifNet(condition: SmallOp, grows: boolean): Net {
  const choice = ifOp(['c', 'x'], ['then_x'], ['y']);
  const value = { ...(choice.main!.value as object), aliases_inputs: [names(), names('then_x', 'else_x')] };
  const op = { ...choice, main: { type: 'IfParam', value } as Op['main'] };
  return smallNet([inputOp('x', 3), condition, op, negate('y', 'z')], {
    subgraphs: branches(grows),
    outputName: ['z'],
  });
}

/** Makes `next` of s and x per turn; a row is a copy of s or x. It goes on while `condition` says so. */
function body(condition: readonly SmallOp[], state: SmallOp, row = 's'): SubGraphProto {
  return subgraph(
    'body',
    ['i', 'c', 's', 'x'],
    ['go', 'next', 'x', 'row'],
    [
      wholeInput('i'),
      wholeInput('c'),
      inputOp('s', 2),
      inputOp('x', 2),
      ...condition,
      state,
      copy(row, 'row'),
    ],
  );
}

const GROW = concat('s', 'x', 'next');
const ADD = binary('ADD', 's', 'x', 'next');

function whileNet(limit: SmallOp, body: SubGraphProto, outputs: readonly string[] = ['last', 'rows']): Net {
  const op: SmallOp = {
    type: 'While',
    inputs: ['n', 'start', 's0', 'x'],
    outputs: ['end', 'x_end', 'stack'],
    main: main('WhileParam', { body_graph: 'body' }),
  };
  return smallNet(
    [
      limit,
      scalar('start', 1),
      inputOp('s0', 2),
      inputOp('x', 2),
      op,
      negate('end', 'last'),
      negate('stack', 'rows'),
    ],
    { subgraphs: [body], outputName: outputs },
  );
}

const COUNTED = { s0: floats(1, 2), x: floats(10, 20) };

/** while (i < n) { i = i + 1; s = s + s }. */
function conditional(): Net {
  const param = main('WhileParam', {
    cond_graph: 'cond',
    body_graph: 'body',
    aliases_inputs: [names('ci', 'bi'), names('cn'), names('bs')],
    aliases_outputs: ['bs', 'bi'],
    aliases_updates: [names('bi2', 'ci'), names('bi2', 'bi'), names('bs2', 'bs')],
  });
  const cond = subgraph(
    'cond',
    ['ci', 'cn'],
    ['go'],
    [wholeInput('ci'), wholeInput('cn'), binary('LESS', 'ci', 'cn', 'go')],
  );
  const work = subgraph(
    'body',
    ['bi', 'bs'],
    ['bi2', 'bs2'],
    [
      wholeInput('bi'),
      inputOp('bs', 2),
      scalar('one', 1),
      binary('ADD', 'bi', 'one', 'bi2'),
      binary('ADD', 'bs', 'bs', 'bs2'),
    ],
  );
  const op: SmallOp = { type: 'While', inputs: ['i', 'n', 's'], outputs: ['s_end', 'i_end'], main: param };
  return smallNet(
    [scalar('i', 0), wholeInput('n'), inputOp('s', 2), op, negate('s_end', 'y'), copy('i_end', 'turns')],
    {
      subgraphs: [cond, work],
      outputName: ['y', 'turns'],
    },
  );
}

const n = (value: number): Feed => ({ shape: [], data: [value], whole: true });

/** Every small net. */
export const CONTROL_NETS: Readonly<Record<string, ControlNet>> = {
  'if, the condition is a constant': {
    net: ifNet(scalar('c', 1), true),
    feeds: { x: floats(1, 2, 3) },
    expected: { z: floats(1, 2, 3) },
  },
  'if, the data say yes': {
    net: ifNet(wholeInput('c', 1), false),
    feeds: { x: floats(1, 2, 3), c: whole(1) },
    expected: { z: floats(1, 2, 3) },
  },
  'if, the data say no': {
    net: ifNet(wholeInput('c', 1), false),
    feeds: { x: floats(1, 2, 3), c: whole(0) },
    expected: { z: floats(-2, -4, -6) },
  },
  'if, branches of different shapes': {
    net: ifNet(wholeInput('c', 1), true),
    feeds: { x: floats(1, 2, 3), c: whole(0) },
    expected: { z: floats(-1, -2, -3, -1, -2, -3) },
  },
  'a counted loop': {
    net: whileNet(scalar('n', 3), body([scalar('go', 1)], ADD)),
    feeds: COUNTED,
    expected: { last: floats(-31, -62), rows: table(3, -1, -2, -11, -22, -21, -42) },
  },
  'a loop that the data count': {
    net: whileNet(wholeInput('n'), body([scalar('go', 1)], ADD)),
    feeds: { ...COUNTED, n: n(2) },
    expected: { last: floats(-21, -42), rows: table(2, -1, -2, -11, -22) },
  },
  'a loop that stops by itself': {
    net: whileNet(scalar('n', 9), body([scalar('two', 2), binary('LESS', 'i', 'two', 'go')], ADD)),
    feeds: COUNTED,
    expected: { last: floats(-31, -62), rows: table(3, -1, -2, -11, -22, -21, -42) },
  },
  'a state that grows': {
    net: whileNet(scalar('n', 2), body([scalar('go', 1)], GROW, 'x'), ['last']),
    feeds: COUNTED,
    expected: { last: floats(-1, -2, -10, -20, -10, -20) },
  },
  'no turn at all': {
    net: whileNet(wholeInput('n'), body([scalar('go', 1)], ADD), ['last']),
    feeds: { ...COUNTED, n: n(0) },
    expected: { last: floats(-1, -2) },
    mnnFails: 'it stacks an empty list',
  },
  'a loop with a condition of its own': {
    net: conditional(),
    feeds: { n: n(3), s: floats(1, -2) },
    expected: { y: floats(-8, 16), turns: n(3) },
  },
  'a shape that depends on the data': {
    net: smallNet(
      [
        inputOp('x', 2),
        wholeInput('shape', 2),
        { type: 'BroadcastTo', inputs: ['x', 'shape'], outputs: ['wide'] },
        negate('wide', 'y'),
        negate('x', 'z'),
      ],
      { outputName: ['y', 'z'] },
    ),
    feeds: { x: floats(1, 2), shape: whole(3, 2) },
    expected: { y: table(3, -1, -2, -1, -2, -1, -2), z: floats(-1, -2) },
  },
};
