import type { Blob, LSTM } from '@mnnquant/mnn-format';
import { GraphError } from '../../op.ts';
import type { HostTensor, TensorDesc } from '../../tensor.ts';
import type { RecurrentSizes } from './recurrent.ts';

/** Weights of an LSTM that has them in the op, in the order of the op with inputs: input, output, forget, cell. */
export interface CaffeLstm {
  readonly units: number;
  readonly features: number;
  /** [4H, C] */
  readonly w: Float32Array;
  /** [4H, H] */
  readonly r: Float32Array;
  /** [4H] */
  readonly bias: Float32Array;
}

/**
 * Weights and bias out of the op's table (GeometryLSTM.cpp, MNN 3.6.1): either in blobs for input, state and bias
 * (gates in the order input, forget, output, cell) or all in the first one (input, forget, cell, output) with two
 * biases at its end, of which MNN takes the first.
 */
export function caffeLstm({ outputCount: units, ...table }: LSTM, where: string): CaffeLstm {
  const first = values(table.weightI);
  if (first === undefined)
    throw new GraphError(`${where}: expected float weights in the op or as inputs, got none`);
  const second = values(table.weightH);
  const order = second ? [0, 2, 1, 3] : [0, 3, 1, 2];
  const features = first.length / (4 * units) - (second ? 0 : units + 2);
  if (!Number.isInteger(features) || features < 1)
    throw new GraphError(`${where}: ${first.length} weights do not divide into the gates of ${units} units`);
  const input = 4 * units * features;
  const state = second ?? first.subarray(input, input + 4 * units * units);
  if (state.length !== 4 * units * units)
    throw new GraphError(`${where}: expected ${4 * units * units} weights of the state, got ${state.length}`);
  const ownBias = second ? undefined : first.subarray(input + state.length, input + state.length + 4 * units);
  const bias = values(table.bias) ?? ownBias;
  return {
    units,
    features,
    w: reorder(first.subarray(0, input), order),
    r: reorder(state, order),
    bias: reorder(summedBias(bias, units, where), order),
  };
}

function values(blob: Blob | undefined): Float32Array | undefined {
  return blob?.float32s?.length ? blob.float32s : undefined;
}

/** One bias of [4H], or the sum of one for the input and one for the state. */
function summedBias(bias: Float32Array | undefined, units: number, where: string): Float32Array {
  if (bias?.length === 4 * units) return bias;
  if (bias?.length === 8 * units)
    return bias.subarray(0, 4 * units).map((value, i) => value + bias[4 * units + i]);
  throw new GraphError(`${where}: expected ${4 * units} or ${8 * units} biases, got ${bias?.length ?? 0}`);
}

/** A copy with the quarters in another order. */
function reorder(data: Float32Array, order: readonly number[]): Float32Array {
  const quarter = data.length / 4;
  const result = new Float32Array(data.length);
  for (const [to, from] of order.entries())
    result.set(data.subarray(from * quarter, (from + 1) * quarter), to * quarter);
  return result;
}

/** [N, T, 1, C] → [N, T, 1, H]. */
export function caffeLstmShape(
  { units, features }: CaffeLstm,
  { shape, layout }: TensorDesc,
  where: string,
): TensorDesc[] {
  if (shape.length !== 4 || shape[2] !== 1 || shape[3] !== features)
    throw new GraphError(`${where}: expected an input [N, T, 1, ${features}], got [${shape}]`);
  return [{ shape: [shape[0], shape[1], 1, units], dtype: 'float32', layout }];
}

type Run = (sizes: RecurrentSizes, inputs: readonly HostTensor[], outputs: readonly HostTensor[]) => void;

/** Runs sequence by sequence, since here the steps of a sequence lie together. */
export function runCaffeLstm(attributes: CaffeLstm, x: HostTensor, y: HostTensor, run: Run): void {
  const { units, features } = attributes;
  const [batch, steps] = x.shape;
  const sizes = { steps, batch: 1, features, units, directions: 1 };
  const weights = [attributes.w, attributes.r, attributes.bias].map((data) => dense(data));
  for (let n = 0; n < batch; n++) {
    const from = x.data.subarray(n * steps * features, (n + 1) * steps * features);
    const to = y.data.subarray(n * steps * units, (n + 1) * steps * units);
    run(sizes, [dense(from), ...weights], [dense(to)]);
  }
}

function dense(data: HostTensor['data']): HostTensor {
  return { shape: [data.length], dtype: 'float32', layout: 'NCHW', data };
}
