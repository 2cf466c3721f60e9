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

/** Weights of one layer; more than that is not asked of memory for their number alone. */
const MOST_WEIGHTS = 2 ** 27;

/**
 * The same network for somebody who only asks for shapes: int8 ops of old models as those of which they are the int8
 * version, and weights that are not at hand as zeros. A layer with too many of these stays as it is.
 */
export function shapeView(net: Net): Net {
  const ops = net.oplists ?? [];
  const counts = ops.map(absentWeights);
  // The layers share one: nobody reads or writes them.
  const zeros = new Float32Array(Math.max(0, ...counts.map((count = 0) => count)));
  return { ...net, oplists: ops.map((op, i) => shapeOp(op, counts[i], zeros)) };
}

/** How many weights have to be made up; `undefined` for none. */
function absentWeights(op: Op): number | undefined {
  if (op.main?.type !== 'Convolution2D') return undefined;
  const { symmetricQuan, external } = op.main.value;
  if (symmetricQuan?.weight === undefined && (external?.length ?? 0) < 2) return undefined;
  const count = weightCount(op) || (storedWeights(op)?.count ?? 0);
  // A damaged file may ask for any number.
  return Number.isSafeInteger(count) && count >= 0 && count <= MOST_WEIGHTS ? count : undefined;
}

function shapeOp(op: Op, count: number | undefined, zeros: Float32Array): Op {
  const type = SAME_SHAPES[op.type] ?? op.type;
  const { main } = op;
  if (main?.type === 'EltwiseInt8') {
    const value = createTable('Eltwise', { type: main.value.type });
    return { ...op, type, main: { type: 'Eltwise', value } };
  }
  if (type === OpType.Identity) return { ...op, type, main: undefined };
  if (main?.type !== 'Convolution2D' || count === undefined) return type === op.type ? op : { ...op, type };
  const isOutside = (main.value.external?.length ?? 0) > 1;
  const value = {
    ...main.value,
    weight: zeros.subarray(0, count),
    bias: isOutside ? undefined : main.value.bias,
    external: undefined,
    quanParameter: undefined,
    symmetricQuan: undefined,
  };
  return { ...op, type, main: { type: 'Convolution2D', value } };
}
