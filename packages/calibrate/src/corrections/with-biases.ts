import type { MnnModel, Op } from '@mnnquant/mnn-format';

/** The model with other biases in some convolutions; shares everything else. */
export function withBiases(model: MnnModel, biases: ReadonlyMap<number, Float32Array>): MnnModel {
  const { net } = model;
  const oplists = net.oplists?.map((op, index) => withBias(op, biases.get(index)));
  return { ...model, net: { ...net, oplists } };
}

function withBias(op: Op, bias: Float32Array | undefined): Op {
  if (bias === undefined || op.main?.type !== 'Convolution2D') return op;
  return { ...op, main: { type: 'Convolution2D', value: { ...op.main.value, bias } } };
}
