import { createTable, MNN_DATA_FORMAT, type Net, type SubGraphProto } from '@mnnquant/mnn-format';
import { main, noise } from '../../packages/graph/test/golden/golden-case.ts';
import { append, emptyList, op, renamed } from '../../packages/graph/test/golden/list-parts.ts';
import {
  binary,
  floatScalar,
  names,
  scalar,
  subgraph,
  wholeInput,
} from '../../packages/graph/test/golden/net-parts.ts';
import { inputOp, type SmallOp, smallNet } from '../../packages/graph/test/support/small-net.ts';

const CHANNELS = 8;
export const IMAGE = [1, 3, 8, 8];

/** A list between two convolutions, as MNN's converter writes it for ONNX. */
export interface ListNetwork {
  readonly title: string;
  /** Whether control flow gets the list, which then has to be float. */
  readonly pieces: boolean;
  readonly net: Net;
}

/** What is made of `list`, two halves of the channels of a convolution; ends in `joined` with so many channels. */
interface Middle {
  readonly ops: readonly SmallOp[];
  readonly channels: number;
  readonly subgraphs?: SubGraphProto[];
}

function network(title: string, { ops, channels, subgraphs }: Middle): ListNetwork {
  const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;
  const all = [
    inputOp('x', ...IMAGE),
    convert('x', 'x_packed', NCHW, NC4HW4),
    convolution('x_packed', 'before', 3, CHANNELS, true),
    convert('before', 'plain', NC4HW4, NCHW),
    ...emptyList('empty'),
    scalar('half', CHANNELS / 2),
    op('TensorArraySplit', ['empty_handle', 'plain', 'half', 'empty'], 'list', { axis: 1 }),
    ...[scalar('first', 0), scalar('second', 1), scalar('two', 2), scalar('true', 1)],
    ...ops,
    convert('joined', 'packed', NCHW, NC4HW4),
    convolution('packed', 'after', channels, 4, false),
    convert('after', 'y', NC4HW4, NCHW),
  ];
  const net = smallNet(all, { outputName: ['y'], ...(subgraphs && { subgraphs }) });
  return { title, pieces: subgraphs !== undefined, net };
}

function convert(from: string, to: string, source: MNN_DATA_FORMAT, dest: MNN_DATA_FORMAT): SmallOp {
  const parameter = main('TensorConvertInfo', { source, dest });
  return { type: 'ConvertTensor', inputs: [from], outputs: [to], main: parameter };
}

function convolution(from: string, to: string, inputs: number, outputs: number, relu: boolean): SmallOp {
  const common = createTable('Convolution2DCommon', {
    ...{ kernelX: 3, kernelY: 3, padX: 1, padY: 1 },
    ...{ inputCount: inputs, outputCount: outputs, relu },
  });
  const weight = noise(outputs * inputs * 9, inputs).map((value) => value / Math.sqrt(inputs * 9));
  const bias = noise(outputs, outputs).map((value) => value / 8);
  return {
    type: 'Convolution',
    inputs: [from],
    outputs: [to],
    main: main('Convolution2D', { common, weight, bias }),
  };
}

const at = (list: string, position: string, to: string): SmallOp =>
  op('TensorArrayRead', [list, position, list], to);

const joinChannels = (list: string): SmallOp => op('TensorArrayConcat', [list, list], 'joined', { axis: 1 });

/** Adds the elements of a list, one in each turn. */
const sumBody = subgraph(
  'sum',
  ['i', 'c', 's', 'l'],
  ['go', 'next', 'l'],
  [
    ...[wholeInput('i'), wholeInput('c'), inputOp('s'), inputOp('l'), scalar('go', 1)],
    ...[at('l', 'i', 'element'), binary('ADD', 's', 'element', 'next')],
  ],
);

/** Appends to a list the element of each turn. */
const growBody = subgraph(
  'grow',
  ['i', 'c', 'l'],
  ['go', 'next'],
  [
    ...[wholeInput('i'), wholeInput('c'), inputOp('l'), scalar('go', 1)],
    ...[at('l', 'i', 'element'), ...append('l', 'element', 'next')],
  ],
);

function sum(list: string, turns: string, to: string): SmallOp[] {
  return [
    at(list, 'first', `${to}_like`),
    binary('SUB', `${to}_like`, `${to}_like`, `${to}_zero`),
    {
      type: 'While',
      inputs: [turns, 'true', `${to}_zero`, list],
      outputs: [to, `${to}_list`],
      main: main('WhileParam', { body_graph: 'sum' }),
    },
  ];
}

const grow: SmallOp = {
  type: 'While',
  inputs: ['two', 'true', 'list'],
  outputs: ['longer'],
  main: main('WhileParam', { body_graph: 'grow' }),
};

const branch = (name: string, position: number): SubGraphProto =>
  subgraph(
    name,
    ['l'],
    ['made'],
    [inputOp('l'), scalar('at', position), at('l', 'at', 'element'), ...append('l', 'element', 'made')],
  );

const choice: SmallOp[] = [
  { type: 'Reduction', inputs: ['x'], outputs: ['total'], main: main('ReductionParam', { operation: 0 }) },
  floatScalar('limit', 0),
  binary('GREATER', 'total', 'limit', 'positive'),
  {
    type: 'If',
    inputs: ['positive', 'list'],
    outputs: ['chosen'],
    main: main('IfParam', {
      then_graph: 'then',
      else_graph: 'else',
      aliases_inputs: [names(), names('l')],
      aliases_outputs: [names('made', 'made')],
    }),
  },
];

export const LIST_NETWORKS: readonly ListNetwork[] = [
  network('elements in another order', {
    ops: [
      ...[
        at('list', 'second', 'moved'),
        op('TensorArrayInsert', ['list', 'first', 'moved', 'list'], 'three'),
      ],
      ...[op('TensorArrayErase', ['three', 'two', 'three'], 'swapped'), joinChannels('swapped')],
    ],
    channels: CHANNELS,
  }),
  network('a loop over a list', {
    ops: renamed(sum('list', 'two', 'sum'), 'sum', 'joined'),
    channels: CHANNELS / 2,
    subgraphs: [sumBody],
  }),
  network('a loop that appends to a list', {
    ops: [grow, joinChannels('longer')],
    channels: CHANNELS * 2,
    subgraphs: [growBody],
  }),
  network('a branch that appends to a list', {
    ops: [...choice, joinChannels('chosen')],
    channels: CHANNELS + CHANNELS / 2,
    subgraphs: [branch('then', 0), branch('else', 1)],
  }),
  network('a list and one made of it, in loops', {
    ops: [
      ...[at('list', 'first', 'again'), ...append('list', 'again', 'more'), scalar('three', 3)],
      ...[...sum('list', 'two', 'a'), ...sum('more', 'three', 'b'), binary('ADD', 'a', 'b', 'joined')],
    ],
    channels: CHANNELS / 2,
    subgraphs: [sumBody],
  }),
];
