import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { checkRegions, regionSize } from './support/regions.ts';

export interface RoiPoolingAttributes {
  readonly size: readonly [number, number];
  readonly spatialScale: number;
}

/**
 * The largest pixel of each bin of a region: x [N,C,H,W], regions [R,5] (image, x1, y1, x2, y2)
 * → y [R,C,oH,oW]; empty bins are 0 (CPUROIPooling.cpp, MNN 3.6.1).
 */
export const roiPooling: OpDefinition<RoiPoolingAttributes> = {
  name: 'ROIPooling',
  opTypes: [OpType.ROIPooling],
  parse(op, context) {
    const table = parameter(op, 'RoiParameters', context);
    if (table.outputGrad)
      throw new GraphError(`${context.where}: the gradient of ROIPooling is not evaluated`);
    return { size: regionSize(table, context.where), spatialScale: table.spatialScale };
  },
  shape({ size }, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    return [{ shape: [checkRegions(inputs, 5, where), shape[1], ...size], dtype: 'float32', layout }];
  },
  reference(attributes, inputs, [y]) {
    const [x, regions] = [required(inputs, 0, 'ROIPooling'), required(inputs, 1, 'ROIPooling')];
    const [, channels, height, width] = x.shape;
    let at = 0;
    for (let r = 0; r < y.shape[0]; r++) {
      const [image, x1, y1, x2, y2] = regions.data.subarray(r * 5, r * 5 + 5);
      if (!(image >= 0 && image < x.shape[0]))
        throw new GraphError(
          `ROIPooling: expected region ${r} in an image below ${x.shape[0]}, got ${image}`,
        );
      const rows = binsAlong(attributes, y1, y2, 0, height);
      const columns = binsAlong(attributes, x1, x2, 1, width);
      for (let c = 0; c < channels; c++) {
        const plane = (Math.trunc(image) * channels + c) * height * width;
        for (const row of rows) for (const column of columns) y.data[at++] = largest(x, plane, row, column);
      }
    }
  },
  cases: () => [
    {
      title: 'inside, across the border, empty',
      attributes: { size: [2, 3], spatialScale: 0.5 },
      inputs: [
        { shape: [2, 5, 6, 7] },
        { shape: [3, 5], data: [0, 1, 2, 9, 8, 1, -6, 0, 14, 5, 0, 40, 40, 44, 44] },
      ],
    },
  ],
};

/** First pixel, and the one after the last. */
type Bin = readonly [number, number];

function largest(x: HostTensor, plane: number, [top, bottom]: Bin, [left, right]: Bin): number {
  if (top >= bottom || left >= right) return 0;
  let result = Number.NEGATIVE_INFINITY;
  for (let row = top; row < bottom; row++)
    for (let column = left; column < right; column++)
      result = Math.max(result, x.data[plane + row * x.shape[3] + column]);
  return result;
}

function binsAlong(
  { size, spatialScale }: RoiPoolingAttributes,
  first: number,
  last: number,
  dimension: 0 | 1,
  extent: number,
): Bin[] {
  const [start, end] = [round(first * spatialScale), round(last * spatialScale)];
  const bin = Math.fround(Math.max(end - start + 1, 1) / size[dimension]);
  const clamp = (at: number): number => Math.min(Math.max(start + at, 0), extent);
  const bins: Bin[] = [];
  // Added up in float32, as in MNN: a product would round to other bins.
  for (let from = 0; bins.length < size[dimension]; ) {
    const to = Math.fround(from + bin);
    bins.push([clamp(Math.floor(from)), clamp(Math.ceil(to))]);
    from = to;
  }
  return bins;
}

/** Half away from zero. */
function round(value: number): number {
  return Math.sign(value) * Math.floor(Math.abs(Math.fround(value)) + 0.5);
}
