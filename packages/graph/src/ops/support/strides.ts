import { channelAxis, spatialAxis } from '../../format.ts';
import type { HostTensor, TensorData } from '../../tensor.ts';

/** Elements from one index to the next, per dimension, of a dense tensor. */
export function denseStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

/** Elements from one index to the next of a batch of images, whatever its layout. */
export interface ImageStrides {
  readonly n: number;
  readonly c: number;
  readonly h: number;
  readonly w: number;
}

/** Four extents of a tensor with fewer: those that are missing at the end are 1, as MNN takes them. */
export function imageShape({ shape, layout }: Pick<HostTensor, 'shape' | 'layout'>): readonly number[] {
  return layout === 'NHWC' || shape.length >= 4 ? shape : [...shape, 1, 1, 1].slice(0, 4);
}

/** Strides of a dense 4-D tensor by meaning; 2-D and 3-D ones count as images of one column. */
export function imageStrides(tensor: Pick<HostTensor, 'shape' | 'layout'>): ImageStrides {
  const { layout } = tensor;
  const strides = denseStrides(imageShape(tensor));
  const spatial = spatialAxis(layout);
  return { n: strides[0], c: strides[channelAxis(layout, 4)], h: strides[spatial], w: strides[spatial + 1] };
}

/** A place in a tensor: where a walk starts and how far each dimension steps, in elements. */
export interface View {
  readonly offset: number;
  readonly strides: readonly number[];
}

/** Copies a box of `extents` elements between two views: every layout change is one of these. */
export function copyView(
  source: TensorData,
  from: View,
  target: TensorData,
  to: View,
  extents: readonly number[],
): void {
  if (extents.includes(0)) return;
  const last = extents.length - 1;
  const copyRow = (s: number, t: number): void => {
    const sourceStep = last < 0 ? 0 : from.strides[last];
    const targetStep = last < 0 ? 0 : to.strides[last];
    const count = last < 0 ? 1 : extents[last];
    for (let i = 0; i < count; i++) target[t + i * targetStep] = source[s + i * sourceStep];
  };
  const walk = (axis: number, s: number, t: number): void => {
    if (axis >= last) {
      copyRow(s, t);
      return;
    }
    for (let i = 0; i < extents[axis]; i++)
      walk(axis + 1, s + i * from.strides[axis], t + i * to.strides[axis]);
  };
  walk(0, from.offset, to.offset);
}

/** Copies a dense tensor with its dimensions in another order: output dimension i is input dimension order[i]. */
export function permuteData(
  source: TensorData,
  shape: readonly number[],
  order: readonly number[],
  target: TensorData,
): void {
  const strides = denseStrides(shape);
  const extents = order.map((axis) => shape[axis]);
  const from = { offset: 0, strides: order.map((axis) => strides[axis]) };
  copyView(source, from, target, { offset: 0, strides: denseStrides(extents) }, extents);
}
