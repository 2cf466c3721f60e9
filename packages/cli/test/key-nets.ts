import { createTable, MNN_DATA_FORMAT, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { smallNet } from './scratch.ts';

/** The small net with other numbers of channels: of its input, and after each convolution. */
export function netOf(channels: number, wide?: number): Net {
  const net = smallNet();
  const [input, first, second] = net.oplists!;
  const dims = Int32Array.of(1, channels, 6, 8);
  const image = createTable('Input', { dims, dformat: MNN_DATA_FORMAT.NC4HW4 });
  const oplists: Op[] = [
    { ...input!, main: { type: 'Input', value: image } },
    withChannels(first!, channels, wide ?? 4),
    withChannels(second!, wide ?? 4, wide ?? 2),
  ];
  return { ...net, oplists };
}

function withChannels(op: Op, inputCount: number, outputCount: number): Op {
  if (op.main?.type !== 'Convolution2D') throw new Error('expected a convolution');
  const weight = Float32Array.from({ length: inputCount * outputCount * 9 }, (_, i) => Math.sin(i + 1) / 5);
  const common = { ...op.main.value.common!, inputCount, outputCount };
  const value = { ...op.main.value, weight, bias: new Float32Array(outputCount), common };
  return { ...op, main: { type: 'Convolution2D', value } };
}

/** The small net, or one of its kind, whose first convolution makes channels of very different ranges: there is much to equalize. */
export function netOfUnequalChannels(net = smallNet()): Net {
  const oplists = net.oplists!.map((op): Op => {
    if (op.name !== 'conv1' || op.main?.type !== 'Convolution2D') return op;
    const { value } = op.main;
    const size = value.weight!.length / value.bias!.length;
    const part = (row: number): number => 0.3 ** row;
    const weight = value.weight!.map((one, i) => one * part(Math.floor(i / size)));
    const bias = value.bias!.map((one, row) => one * part(row));
    return { ...op, main: { type: 'Convolution2D', value: { ...value, weight, bias } } };
  });
  return { ...net, oplists };
}

/** The small net with a second input `offset` that is added to the image as `sum`. */
export function netWithOffset(): Net {
  const net = smallNet();
  const [input, first, second] = net.oplists!;
  const wires = (inputs: number[], output: number) => ({
    inputIndexes: inputs.length > 0 ? Int32Array.from(inputs) : undefined,
    outputIndexes: Int32Array.of(output),
  });
  const add = createTable('BinaryOp', { opType: 0, T: 1 });
  const oplists: Op[] = [
    input!,
    { ...input!, name: 'offset', ...wires([], 3) },
    {
      ...first!,
      name: 'sum',
      type: OpType.BinaryOp,
      main: { type: 'BinaryOp', value: add },
      ...wires([0, 3], 4),
    },
    { ...first!, ...wires([4], 1) },
    second!,
  ];
  return { ...net, oplists, tensorName: [...net.tensorName!, 'offset', 'sum'] };
}
