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
  vector: Float64Array,
): void {
  const length = vector.length;
  const grouped = sums.length - (sums.length % 4);
  // Four rows at once: no addition waits for the one before, and the vector is read once for all of them.
  for (let row = 0; row < grouped; row += 4) {
    const first = offset + row * length;
    const [second, third, fourth] = [first + length, first + 2 * length, first + 3 * length];
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let k = 0; k < length; k++) {
      const factor = vector[k];
      a += matrix[first + k] * factor;
      b += matrix[second + k] * factor;
      c += matrix[third + k] * factor;
      d += matrix[fourth + k] * factor;
    }
    sums[row] += a;
    sums[row + 1] += b;
    sums[row + 2] += c;
    sums[row + 3] += d;
  }
  for (let row = grouped; row < sums.length; row++)
    for (let k = 0; k < length; k++) sums[row] += matrix[offset + row * length + k] * vector[k];
}

/** sums[n] += vector · matrix column n, for every column; the matrix [vector, sums] begins at `offset`. */
export function addColumnProducts(
  sums: Float64Array,
  matrix: TensorData,
  offset: number,
  vector: Float64Array,
): void {
  const columns = sums.length;
  const grouped = vector.length - (vector.length % 4);
  // Four rows at once: each sum is read and written once for all of them.
  for (let k = 0; k < grouped; k += 4) {
    const first = offset + k * columns;
    const [second, third, fourth] = [first + columns, first + 2 * columns, first + 3 * columns];
    const [a, b, c, d] = [vector[k], vector[k + 1], vector[k + 2], vector[k + 3]];
    for (let n = 0; n < columns; n++)
      sums[n] +=
        a * matrix[first + n] + b * matrix[second + n] + (c * matrix[third + n] + d * matrix[fourth + n]);
  }
  for (let k = grouped; k < vector.length; k++)
    for (let n = 0; n < columns; n++) sums[n] += vector[k] * matrix[offset + k * columns + n];
}

/** Copies what begins at `start`, as many numbers as the target has. */
export function copyRow(target: Float64Array, source: TensorData, start: number): void {
  for (let i = 0; i < target.length; i++) target[i] = source[start + i];
}

/** What a recurrence carries from step to step, [directions, N, units]; zero at first unless given. */
export interface CarriedState {
  readonly initial: TensorData | undefined;
  readonly last: TensorData | undefined;
}

/** One step: changes the states in place, given the step's input. */
export type Advance = (row: Float64Array, states: readonly Float64Array[]) => void;

/**
 * Walks every sequence in one direction.
 *
 * The first state is the hidden one, which is kept for every step in `all` [T, directions, N, units].
 */
export function walkSequences(
  { steps, batch, features, units, directions }: RecurrentSizes,
  x: TensorData,
  direction: number,
  carried: readonly CarriedState[],
  all: TensorData | undefined,
  advance: Advance,
): void {
  const row = new Float64Array(features);
  const states = carried.map(() => new Float64Array(units));
  for (let n = 0; n < batch; n++) {
    const place = (direction * batch + n) * units;
    for (const [k, { initial }] of carried.entries())
      if (initial) copyRow(states[k], initial, place);
      else states[k].fill(0);
    for (let t = 0; t < steps; t++) {
      const step = direction === 0 ? t : steps - 1 - t;
      copyRow(row, x, (step * batch + n) * features);
      advance(row, states);
      all?.set(states[0], step * directions * batch * units + place);
    }
    for (const [k, { last }] of carried.entries()) last?.set(states[k], place);
  }
}
