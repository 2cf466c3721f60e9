import { GraphError } from '../../op.ts';
import { elementCount, type HostTensor, type TensorDesc, type TensorList } from '../../tensor.ts';
import { required } from './inputs.ts';

type Described = TensorDesc | HostTensor;

/** Input `index`, which must be a list of tensors. */
export function requiredList<T extends Described>(
  inputs: readonly (T | undefined)[],
  index: number,
  where: string,
): T & { readonly list: TensorList } {
  const input = required(inputs, index, where);
  if (input.list === undefined)
    throw new GraphError(`${where}: expected a list of tensors as input ${index}, got [${input.shape}]`);
  return input as T & { readonly list: TensorList };
}

/** Describes a list: one dimension, all numbers of all elements. */
export function listDesc(
  { dtype, layout }: Pick<TensorDesc, 'dtype' | 'layout'>,
  list: TensorList,
): TensorDesc {
  return { shape: [offsetsOf(list).at(-1)!], dtype, layout, list };
}

/** Where each element begins, and where the last one ends. */
export function offsetsOf({ elements }: TensorList): number[] {
  const offsets = [0];
  for (const [i, shape] of elements.entries())
    offsets.push(offsets[i] + (shape === undefined ? 0 : elementCount(shape)));
  return offsets;
}

/** The shape of an element that must have been written, or be declared. */
export function shapeOf({ elements }: TensorList, position: number, where: string): readonly number[] {
  const shape = elements[position];
  if (shape === undefined)
    throw new GraphError(`${where}: element ${position} of the list is read, but nothing was written to it`);
  return shape;
}

/** A position of the list; where `most` is its length, the place behind the last one is one too. Negative ones count from the end. */
export function positionIn({ elements }: TensorList, given: number, most: number, where: string): number {
  const { length } = elements;
  const position = given < 0 ? given + length : given;
  if (!(position >= 0 && position <= most))
    throw new GraphError(
      `${where}: expected a position in ${-length}..${most} of a list of ${length}, got ${given}`,
    );
  return position;
}

/** Where an element may be written: those that exist, and all behind them where the list grows. */
export function writable({ elements, grows }: TensorList, position: number, where: string): number {
  if (position >= 0 && (grows || position < elements.length)) return position;
  throw new GraphError(
    `${where}: expected a position in 0..${elements.length - 1} of a list that does not grow, got ${position}`,
  );
}

/** The list after elements of these shapes were written to these positions. */
export function withWritten(
  list: TensorList,
  positions: readonly number[],
  shape: readonly number[],
  where: string,
): TensorList {
  const elements = [...list.elements];
  for (const position of positions) {
    while (elements.length <= position) elements.push(undefined);
    elements[position] = shape;
  }
  return { ...list, elements: list.uniform ? alike(elements, list, shape, where) : elements };
}

/** All of the shape: what was not written holds zeros. */
function alike(
  elements: TensorList['elements'],
  before: TensorList,
  shape: readonly number[],
  where: string,
): TensorList['elements'] {
  for (const known of before.elements)
    if (known !== undefined && String(known) !== String(shape))
      throw new GraphError(`${where}: expected [${known}] as all elements of the list, got [${shape}]`);
  return elements.map(() => shape);
}

/**
 * What an element that goes into a list must be like.
 *
 * MNN refuses another layout (ShapeTensorArray.cpp, 3.6.1) and takes the bits of another type for numbers of its own.
 */
export function checkFits(element: TensorDesc, list: TensorDesc, where: string): void {
  if (element.layout !== list.layout)
    throw new GraphError(
      `${where}: expected a tensor in ${list.layout} as the list is, got ${element.layout}; MNN refuses that as well`,
    );
  if (elementCount(list.shape) > 0 && element.dtype !== list.dtype)
    throw new GraphError(`${where}: expected a tensor of ${list.dtype} as the list is, got ${element.dtype}`);
}

/** A list with its numbers. */
export type HostList = HostTensor & { readonly list: TensorList };

/** Copies elements between lists: `source` tells for each of `to` which of `from` it is; `undefined`: zeros. */
export function copyElements(
  from: HostList,
  to: HostList,
  source: (position: number) => number | undefined,
): void {
  const [starts, ends] = [offsetsOf(from.list), offsetsOf(to.list)];
  to.data.fill(0);
  for (const position of to.list.elements.keys()) {
    const taken = source(position);
    if (taken === undefined || from.list.elements[taken] === undefined) continue;
    to.data.set(from.data.subarray(starts[taken], starts[taken + 1]), ends[position]);
  }
}

/** Writes parts of equal length one by one to these elements; of a position that is named twice the last one stays. */
export function putElements(data: HostTensor['data'], positions: readonly number[], to: HostList): void {
  const offsets = offsetsOf(to.list);
  const length = data.length / Math.max(positions.length, 1);
  for (const [i, position] of positions.entries())
    to.data.set(data.subarray(i * length, (i + 1) * length), offsets[position]);
}

/** An output that is a list. */
export function asList(output: HostTensor): HostList {
  return output as HostList;
}
