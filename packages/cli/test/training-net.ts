import { createTable, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { smallNet } from './scratch.ts';

/** The small net as a training framework exports it: each convolution with a BatchNorm and a ReLU behind it. */
export function trainingNet(): Net {
  const net = smallNet();
  const tensorName = [...net.tensorName!];
  const oplists: Op[] = [];
  const last = new Map<number, number>();
  const add = (op: Op, from: number, name: string, type: number, main?: Op['main']): number => {
    tensorName.push(name);
    const to = tensorName.length - 1;
    const wires = { inputIndexes: Int32Array.of(from), outputIndexes: Int32Array.of(to) };
    oplists.push({ ...op, ...wires, name, type, main });
    return to;
  };
  for (const op of net.oplists!) {
    const inputIndexes = op.inputIndexes?.map((id) => last.get(id) ?? id);
    if (op.main?.type !== 'Convolution2D') {
      oplists.push(op);
      continue;
    }
    const { common } = op.main.value;
    const value = { ...op.main.value, common: { ...common!, relu: false } };
    oplists.push({ ...op, inputIndexes, main: { type: 'Convolution2D', value } });
    const [id] = op.outputIndexes!;
    const bn = add(op, id!, `${op.name}_bn`, OpType.BatchNorm, {
      type: 'BatchNorm',
      value: batchNorm(common!.outputCount),
    });
    last.set(id!, add(op, bn, `${op.name}_relu`, OpType.ReLU));
  }
  return { ...net, oplists, tensorName, outputName: ['conv2_relu'] };
}

function batchNorm(channels: number) {
  const values = (at: number) => Float32Array.from({ length: channels }, (_, i) => at + i / 4);
  return createTable('BatchNorm', {
    channels,
    slopeData: values(1),
    biasData: values(0.5),
    meanData: values(0.1),
    varData: values(0.5),
    epsilon: 1e-5,
  });
}
