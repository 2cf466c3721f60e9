import {
  BinaryOpOperation,
  createTable,
  DataType,
  MNN_DATA_FORMAT,
  type Net,
  type SubGraphProto,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { type SmallOp, smallNet, unaryOp } from '../support/small-net.ts';
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

/** A small network with control flow or shapes that depend on the data, and what it must answer. */
export interface ControlNet {
  readonly net: Net;
  readonly feeds: Readonly<Record<string, Feed>>;
  /** By mathematics. */
  readonly expected: Readonly<Record<string, Feed>>;
  /** Why MNN 3.6.1 cannot say so. */
  readonly mnnFails?: string;
}

export interface Feed {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly whole?: boolean;
}

export const floats = (...data: number[]): Feed => ({ shape: [data.length], data });
export const whole = (...data: number[]): Feed => ({ shape: [data.length], data, whole: true });
export const table = (rows: number, ...data: number[]): Feed => ({ shape: [rows, data.length / rows], data });

export function binary(type: keyof typeof BinaryOpOperation, a: string, b: string, to: string): SmallOp {
  return {
    type: 'BinaryOp',
    inputs: [a, b],
    outputs: [to],
    main: main('BinaryOp', { opType: BinaryOpOperation[type] }),
  };
}

export const copy = (from: string, to: string): SmallOp => ({
  type: 'Identity',
  inputs: [from],
  outputs: [to],
});

export function subgraph(
  name: string,
  inputs: readonly string[],
  outputs: readonly string[],
  ops: readonly SmallOp[],
): SubGraphProto {
  const { oplists, tensorName = [] } = smallNet(ops);
  const ids = (names: readonly string[]) => Int32Array.from(names, (item) => tensorName.indexOf(item));
  return createTable('SubGraphProto', {
    name,
    inputs: ids(inputs),
    outputs: ids(outputs),
    tensors: tensorName,
    nodes: oplists,
  } as Partial<SubGraphProto>);
}

export const names = (...data: string[]) => createTable('StringVec', { data });
