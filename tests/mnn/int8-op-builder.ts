import {
  type Blob,
  createTable,
  DataType,
  MNN_DATA_FORMAT,
  type MnnModel,
  type OpParameter,
  type OpType,
} from '@mnnquant/mnn-format';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';

export const CHANNELS = 20;
export const HEIGHT = 8;
export const WIDTH = 12;

/** Adds ops between two convolutions; gets a tensor in NCHW, and tells how many channels it made. */
export type Body = (net: NetBuilder, from: number) => readonly [to: number, channels?: number];

export interface OpNet {
  readonly title: string;
  readonly model: MnnModel;
  /** Whether what lies between the convolutions runs in int8. */
  readonly int8: boolean;
}

export const INPUT_SHAPE = [1, 12, HEIGHT, WIDTH];

/** input → convolution → NCHW → the ops → NC4HW4 → convolution, as MNN's converter writes it. */
export function net(title: string, body: Body, int8 = true, relu = false): OpNet {
  const builder = new NetBuilder();
  const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;
  const spec = { inputs: 12, outputs: CHANNELS, kernel: 3, relu };
  const first = builder.convolution(builder.input(INPUT_SHAPE), spec, 'first');
  const [to, channels = CHANNELS] = body(builder, convert(builder, first, NC4HW4, NCHW));
  const packed = convert(builder, to, NCHW, NC4HW4);
  const last = builder.convolution(packed, { inputs: channels, outputs: 7 }, 'last');
  return { title, model: builder.build([last]), int8 };
}

export function convert(
  builder: NetBuilder,
  from: number,
  source: MNN_DATA_FORMAT,
  dest: MNN_DATA_FORMAT,
): number {
  const value = createTable('TensorConvertInfo', { source, dest });
  return builder.op('ConvertTensor', [from], { type: 'TensorConvertInfo', value });
}

export function ints(...values: readonly number[]): Blob {
  return createTable('Blob', {
    dims: Int32Array.of(values.length),
    dataType: DataType.DT_INT32,
    int32s: Int32Array.from(values),
  });
}

export function constant(builder: NetBuilder, ...values: readonly number[]): number {
  return builder.op('Const', [], { type: 'Blob', value: ints(...values) });
}

type Type = keyof typeof OpType;

/** An op whose other inputs are lists of whole numbers. */
export const op =
  (type: Type, main?: OpParameter, lists: readonly (readonly number[])[] = [], channels?: number): Body =>
  (builder, from) => {
    const more = lists.map((list) => constant(builder, ...list));
    return [builder.op(type, [from, ...more], main, 'x'), channels];
  };

/** An op and the one that undoes it. */
export const both =
  (first: Body, second: Body): Body =>
  (builder, from) =>
    second(builder, first(builder, from)[0]);
