import { GraphError } from '../../op.ts';
import type { HostTensor, TensorData, TensorDesc } from '../../tensor.ts';
import { elementCount } from '../../tensor.ts';
import { required } from './inputs.ts';

/** Extents of a recurrence over x [steps, batch, features]. */
export interface RecurrentSizes {
  readonly steps: number;
  readonly batch: number;
  readonly features: number;
  /** Length of the hidden state. */
  readonly units: number;
  /** 2: once from the first step to the last, once backwards. */
  readonly directions: number;
}

/** The sizes that an input [steps, batch, features] gives. */
export function sequenceSizes(
  inputs: readonly (TensorDesc | HostTensor | undefined)[],
  units: number,
  directions: number,
  where: string,
): RecurrentSizes {
  const { shape } = required<TensorDesc | HostTensor>(inputs, 0, where);
  if (shape.length !== 3) throw new GraphError(`${where}: expected an input [T, N, C], got [${shape}]`);
  if (directions !== 1 && directions !== 2)
    throw new GraphError(`${where}: expected weights for 1 or 2 directions, got ${directions}`);
  const [steps, batch, features] = shape;
  return { steps, batch, features, units, directions };
}

/** All hidden states [T, directions, N, units] and what is left at the end [directions, N, units]. */
export function recurrentOutputs(
  { steps, batch, units, directions }: RecurrentSizes,
  layout: TensorDesc['layout'],
): { readonly all: TensorDesc; readonly last: TensorDesc } {
  const last = { shape: [directions, batch, units], dtype: 'float32', layout } as const;
  return { all: { ...last, shape: [steps, directions, batch, units] }, last };
}

/** Throws unless input `index` has as many elements as `shape`. */
export function checkCount(
  inputs: readonly (TensorDesc | undefined)[],
  index: number,
  shape: readonly number[],
  where: string,
): void {
  const got = required(inputs, index, where).shape;
  if (elementCount(got) !== elementCount(shape))
    throw new GraphError(`${where}: expected input ${index} of shape [${shape}], got [${got}]`);
}

/** sums[n] += matrix row n · vector, for every row; the matrix begins at `offset`. */
export function addRowProducts(
  sums: Float64Array,
  matrix: TensorData,
  offset: number,
  vector: TensorData,
  start: number,
  length: number,
): void {
  const paired = length - (length % 4);
  for (let row = 0; row < sums.length; row++) {
    const at = offset + row * length;
    let [a, b, c, d] = [0, 0, 0, 0];
    // Four sums, so that no addition waits for the one before.
    for (let k = 0; k < paired; k += 4) {
      a += matrix[at + k] * vector[start + k];
      b += matrix[at + k + 1] * vector[start + k + 1];
      c += matrix[at + k + 2] * vector[start + k + 2];
      d += matrix[at + k + 3] * vector[start + k + 3];
    }
    for (let k = paired; k < length; k++) a += matrix[at + k] * vector[start + k];
    sums[row] += a + b + (c + d);
  }
}

/** sums[n] += vector · matrix column n, for every column; row k of the matrix begins at `offset + k * sums.length`. */
export function addColumnProducts(
  sums: Float64Array,
  matrix: TensorData,
  offset: number,
  vector: TensorData,
  start: number,
  length: number,
): void {
  const columns = sums.length;
  for (let k = 0; k < length; k++) {
    const factor = vector[start + k];
    const at = offset + k * columns;
    for (let n = 0; n < columns; n++) sums[n] += factor * matrix[at + n];
  }
}

/** What a recurrence carries from step to step, [directions, N, units]; zero at first unless given. */
export interface CarriedState {
  readonly initial: TensorData | undefined;
  readonly last: TensorData | undefined;
}

/**
 * Walks every sequence in one direction.
 *
 * `advance` changes the states in place; `x` is where the step's input begins. The first state is the hidden
 * one, which is kept for every step in `all` [T, directions, N, units].
 */
export function walkSequences(
  { steps, batch, features, units, directions }: RecurrentSizes,
  direction: number,
  carried: readonly CarriedState[],
  all: TensorData | undefined,
  advance: (x: number, states: readonly Float64Array[]) => void,
): void {
  const states = carried.map(() => new Float64Array(units));
  for (let n = 0; n < batch; n++) {
    const place = (direction * batch + n) * units;
    for (const [k, { initial }] of carried.entries())
      for (let i = 0; i < units; i++) states[k][i] = initial ? initial[place + i] : 0;
    for (let t = 0; t < steps; t++) {
      const step = direction === 0 ? t : steps - 1 - t;
      advance((step * batch + n) * features, states);
      all?.set(states[0], step * directions * batch * units + place);
    }
    for (const [k, { last }] of carried.entries()) last?.set(states[k], place);
  }
}
