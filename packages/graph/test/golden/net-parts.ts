import { DataType, MNN_DATA_FORMAT, UnaryOpOperation } from '@mnnquant/mnn-format';
import { type SmallOp, unaryOp } from '../support/small-net.ts';
import { main } from './golden-case.ts';

/** -x */
export const negate = (from: string, to: string): SmallOp => unaryOp(UnaryOpOperation.NEG, from, to);

/** An input of whole numbers. */
export function wholeInput(name: string, ...dims: number[]): SmallOp {
  const parameter = main('Input', {
    dims: Int32Array.from(dims),
    dtype: DataType.DT_INT32,
    dformat: MNN_DATA_FORMAT.NCHW,
  });
  return { type: 'Input', outputs: [name], main: parameter };
}

/** A constant whole number. */
export function scalar(name: string, value: number): SmallOp {
  const parameter = main('Blob', {
    dims: new Int32Array(),
    dataType: DataType.DT_INT32,
    int32s: Int32Array.of(value),
  });
  return { type: 'Const', outputs: [name], main: parameter };
}

/** A constant number. */
export function floatScalar(name: string, value: number): SmallOp {
  const parameter = main('Blob', {
    dims: new Int32Array(),
    dataType: DataType.DT_FLOAT,
    float32s: Float32Array.of(value),
  });
  return { type: 'Const', outputs: [name], main: parameter };
}
