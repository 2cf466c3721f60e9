import { createTable, DataType, MNN_DATA_FORMAT, type Net } from '@mnnquant/mnn-format';
import { main, noise } from '../../packages/graph/test/golden/golden-case.ts';
import { inputOp, type SmallOp, smallNet } from '../../packages/graph/test/support/small-net.ts';

export const STEPS = 12;
export const FEATURES = 20;
const WIDTH = 32;
const CLASSES = 10;

/** A network over x [STEPS, 1, FEATURES] as MNN's converter writes one: convolution, recurrence, convolution. */
export interface RecurrentNet {
  readonly title: string;
  /** The recurrent ops by name. */
  readonly recurrent: readonly string[];
  readonly net: Net;
}

/** What a recurrence makes of `from` [STEPS, 1, WIDTH], in two dimensions, and of which width. */
interface Middle {
  readonly ops: readonly SmallOp[];
  readonly to: string;
  readonly width: number;
}

function recurrentNet(title: string, { ops, to, width }: Middle): RecurrentNet {
  const all = [
    inputOp('x', STEPS, 1, FEATURES),
    ...linear('x', 'before', FEATURES, WIDTH, true),
    ...reshape('before', 'sequence', STEPS, 1, WIDTH),
    ...ops,
    ...linear(to, 'after', width, CLASSES, false),
  ];
  const recurrent = ops.filter(({ type }) => /LSTM|RNN/.test(type));
  return {
    title,
    recurrent: recurrent.map(({ type, outputs }) => `${type.toLowerCase()}_${outputs[0]}`),
    net: smallNet(all, { outputName: ['after'] }),
  };
}

/** A convolution of one pixel, and what brings its input there and its result back to [STEPS, outputs]. */
function linear(from: string, to: string, inputs: number, outputs: number, relu: boolean): SmallOp[] {
  const common = createTable('Convolution2DCommon', {
    inputCount: inputs,
    outputCount: outputs,
    relu,
  });
  const weight = scaled(outputs * inputs, inputs, inputs);
  const parameter = main('Convolution2D', { common, weight, bias: scaled(outputs, 3, 4) });
  return [
    ...reshape(from, `${to}_image`, STEPS, inputs, 1, 1),
    convert(`${to}_image`, `${to}_packed`, MNN_DATA_FORMAT.NC4HW4),
    { type: 'Convolution', inputs: [`${to}_packed`], outputs: [`${to}_conv`], main: parameter },
    convert(`${to}_conv`, `${to}_plain`, MNN_DATA_FORMAT.NCHW),
    ...reshape(`${to}_plain`, to, STEPS, outputs),
  ];
}

function convert(from: string, to: string, dest: number): SmallOp {
  const source = dest === MNN_DATA_FORMAT.NCHW ? MNN_DATA_FORMAT.NC4HW4 : MNN_DATA_FORMAT.NCHW;
  const parameter = main('TensorConvertInfo', { source, dest: dest as 0 });
  return { type: 'ConvertTensor', inputs: [from], outputs: [to], main: parameter };
}

function reshape(from: string, to: string, ...dims: number[]): SmallOp[] {
  const parameter = main('Reshape', { dims: Int32Array.from(dims), dimType: MNN_DATA_FORMAT.NCHW });
  return [{ type: 'Reshape', inputs: [from], outputs: [to], main: parameter }];
}

/** Numbers as small as sums over `inputs` of them need. */
function scaled(count: number, seed: number, inputs: number): Float32Array {
  return noise(count, seed).map((value) => value / Math.sqrt(inputs));
}

function weights(name: string, seed: number, ...dims: number[]): SmallOp {
  const count = dims.reduce((product, extent) => product * extent, 1);
  const parameter = main('Blob', {
    dims: Int32Array.from(dims),
    dataType: DataType.DT_FLOAT,
    dataFormat: MNN_DATA_FORMAT.NCHW,
    float32s: scaled(count, seed, WIDTH),
  });
  return { type: 'Const', outputs: [name], main: parameter };
}

/** LSTM or RNN from [STEPS, 1, inputs] to [STEPS, 1, directions * units], with weights as constants. */
function gated(
  type: 'LSTM' | 'RNN',
  from: string,
  to: string,
  [inputs, units, directions]: readonly [number, number, number],
): SmallOp[] {
  const rows = (type === 'LSTM' ? 4 : 1) * units;
  const names = ['w', 'r', 'b'].map((part) => `${to}_${part}`);
  const states = type === 'LSTM' ? [`${to}_hidden`, `${to}_cell`] : [`${to}_hidden`];
  return [
    weights(names[0], 11, directions, rows, inputs),
    weights(names[1], 12, directions, rows, units),
    weights(names[2], 13, directions, rows),
    {
      type,
      inputs: [from, ...names],
      outputs: [`${to}_all`, ...states],
      main: main('LSTM', { outputCount: units }),
    },
    ...joined(`${to}_all`, to, units, directions),
  ];
}

function gru(from: string, to: string, inputs: number, units: number): SmallOp[] {
  const rows = inputs + units;
  const shapes = [
    [rows, 2 * units],
    [1, 2 * units],
    [rows, units],
    [1, units],
    [1, 3 * units],
  ];
  const constants = [0, 1].flatMap((direction) =>
    shapes.map((dims, i) => weights(`${to}_${direction}_${i}`, 21 + 5 * direction + i, ...dims)),
  );
  const parameter = main('RNNParam', {
    numUnits: units,
    isBidirectionalRNN: true,
    keepAllOutputs: true,
    linearBeforeReset: true,
  });
  const names = constants.flatMap(({ outputs }) => outputs);
  return [
    ...constants,
    { type: 'RNNSequenceGRU', inputs: [from, ...names], outputs: [`${to}_all`], main: parameter },
    ...joined(`${to}_all`, to, units, 2),
  ];
}

/** [STEPS, directions, 1, units] → [STEPS, 1, directions * units]. */
function joined(from: string, to: string, units: number, directions: number): SmallOp[] {
  const parameter = main('Permute', { dims: Int32Array.of(0, 2, 1, 3) });
  return [
    { type: 'Permute', inputs: [from], outputs: [`${to}_turned`], main: parameter },
    ...reshape(`${to}_turned`, to, STEPS, 1, directions * units),
  ];
}

export const RECURRENT_NETS: readonly RecurrentNet[] = [
  recurrentNet('LSTM of two layers', {
    ops: [
      ...gated('LSTM', 'sequence', 'first', [WIDTH, 24, 1]),
      ...gated('LSTM', 'first', 'second', [24, 16, 1]),
    ],
    to: 'second',
    width: 16,
  }),
  recurrentNet('LSTM both ways', {
    ops: gated('LSTM', 'sequence', 'lstm', [WIDTH, 12, 2]),
    to: 'lstm',
    width: 24,
  }),
  recurrentNet('GRU both ways', {
    ops: gru('sequence', 'gru', WIDTH, 16),
    to: 'gru',
    width: 32,
  }),
  recurrentNet('plain recurrence', {
    ops: gated('RNN', 'sequence', 'rnn', [WIDTH, 16, 1]),
    to: 'rnn',
    width: 16,
  }),
];
