import type { ArgMax } from '@mnnquant/mnn-format';
import { GraphError } from '../../op.ts';
import type { HostTensor } from '../../tensor.ts';

/** What Caffe's ArgMax does, besides the axis. */
export type CaffeArgMax = Pick<ArgMax, 'outMaxVal' | 'topK' | 'softmaxThreshold'>;

/** What the converter writes where Caffe's layer names no axis: all dimensions but the batch count as one. */
const NO_AXIS = 10000;

/** Sizes of the search: the lines [outer, extent, inner] of the input, and the output's shape. */
interface Lines {
  readonly shape: readonly number[];
  readonly extent: number;
  readonly inner: number;
}

/**
 * Where Caffe's ArgMax looks. Axis 0 means the last dimension that is longer than 1, an older form without
 * batches (MNN 3.6.1 ShapeArgMax.cpp, CPUArgMax.cpp).
 */
export function caffeLines(
  given: number,
  { outMaxVal, topK }: CaffeArgMax,
  shape: readonly number[],
  where: string,
): Lines {
  const rows = outMaxVal ? 2 : 1;
  const size = (dims: readonly number[]): number => dims.reduce((product, extent) => product * extent, 1);
  if (given === NO_AXIS) {
    if (shape.length < 3)
      throw new GraphError(
        `${where}: the top ${topK} of all but the batch need an input of 3 dimensions or more, got [${shape}]; name an axis`,
      );
    const result = [shape[0], rows, topK, ...shape.slice(3).map(() => 1)];
    return { shape: result, extent: size(shape.slice(1)), inner: 1 };
  }
  const axis =
    given === 0
      ? Math.max(
          1,
          shape.findLastIndex((extent) => extent > 1),
        )
      : given;
  if (axis < 0 || axis >= shape.length)
    throw new GraphError(`${where}: expected an axis in 0..${shape.length - 1} of [${shape}], got ${given}`);
  const result = shape.map((extent, at) => (at === axis ? rows * topK : extent));
  return { shape: result, extent: shape[axis], inner: size(shape.slice(axis + 1)) };
}

/**
 * The places of the largest `topK` values of each line, as floats, then (`outMaxVal`) the values; 0 where a line
 * has fewer. With `softmaxThreshold` values below 1 / extent do not count.
 */
export function caffeArgMax(
  given: number,
  form: CaffeArgMax,
  { data, shape }: HostTensor,
  y: HostTensor,
): void {
  const { extent, inner } = caffeLines(given, form, shape, 'ArgMax');
  const { topK, outMaxVal, softmaxThreshold } = form;
  const lowest = softmaxThreshold ? 1 / extent : Number.NEGATIVE_INFINITY;
  const rows = outMaxVal ? 2 : 1;
  y.data.fill(0);
  for (let line = 0; line < data.length / Math.max(extent, 1); line++) {
    const [o, i] = [Math.floor(line / inner), line % inner];
    const value = (place: number): number => data[(o * extent + place) * inner + i];
    const best = Array.from({ length: extent }, (_, place) => place)
      .filter((place) => value(place) >= lowest)
      .sort((a, b) => value(b) - value(a));
    for (const [j, place] of best.slice(0, topK).entries()) {
      y.data[(o * rows * topK + j) * inner + i] = place;
      if (outMaxVal) y.data[(o * rows * topK + topK + j) * inner + i] = value(place);
    }
  }
}
