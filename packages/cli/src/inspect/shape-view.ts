import { createTable, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { storedWeights, weightCount } from './stored-weights.ts';

/** Ops of old quantized models that have the shapes of another. */
const SAME_SHAPES: Readonly<Record<number, number>> = {
  [OpType.ConvInt8]: OpType.Convolution,
  [OpType.DepthwiseConvInt8]: OpType.ConvolutionDepthwise,
  [OpType.FloatToInt8]: OpType.Identity,
  [OpType.Int8ToFloat]: OpType.Identity,
  [OpType.EltwiseInt8]: OpType.Eltwise,
};

/**
 * The same network for somebody who only asks for shapes: int8 ops of old models as those of which they are the int8
 * version, and weights that are not at hand as zeros.
 */
export function shapeView(net: Net): Net {
  return { ...net, oplists: (net.oplists ?? []).map(shapeOp) };
}

function shapeOp(op: Op): Op {
  const type = SAME_SHAPES[op.type] ?? op.type;
  const { main } = op;
  if (main?.type === 'EltwiseInt8') {
    const value = createTable('Eltwise', { type: main.value.type });
    return { ...op, type, main: { type: 'Eltwise', value } };
  }
  if (type === OpType.Identity) return { ...op, type, main: undefined };
  if (main?.type !== 'Convolution2D') return type === op.type ? op : { ...op, type };
  const { symmetricQuan, external, bias } = main.value;
  const isOutside = (external?.length ?? 0) > 1;
  if (symmetricQuan?.weight === undefined && !isOutside) return op;
  const count = weightCount(op) || (storedWeights(op)?.count ?? 0);
  const value = {
    ...main.value,
    weight: new Float32Array(count),
    bias: isOutside ? undefined : bias,
    external: undefined,
    quanParameter: undefined,
    symmetricQuan: undefined,
  };
  return { ...op, type, main: { type: 'Convolution2D', value } };
}
