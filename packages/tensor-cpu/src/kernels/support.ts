import type { TensorDesc } from '@mnnquant/graph';
import { channelAxis, elementCount } from '@mnnquant/graph';

/** Bounds that change nothing. */
export const NO_CLAMP = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;

/** Bounds of a fused ReLU, or none. */
export function reluBounds(relu: boolean): readonly [number, number] {
  return relu ? [0, Number.POSITIVE_INFINITY] : NO_CLAMP;
}

/** Whether all tensors are there and hold floats: most kernels know nothing else. */
export function allFloat(tensors: readonly (TensorDesc | undefined)[]): tensors is readonly TensorDesc[] {
  return tensors.every((tensor) => tensor?.dtype === 'float32');
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((extent, i) => extent === b[i]);
}

/** A tensor as [samples, channels, plane], whatever its layout: the plane is what follows the channel axis. */
export function channelView({ shape, layout }: TensorDesc): {
  readonly samples: number;
  readonly channels: number;
  readonly plane: number;
} {
  const axis = channelAxis(layout, shape.length);
  const samples = elementCount(shape.slice(0, axis));
  return { samples, channels: shape[axis] ?? 1, plane: elementCount(shape.slice(axis + 1)) };
}
