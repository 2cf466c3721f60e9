import { OpType, PoolType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { checkRegions, regionSize } from './support/regions.ts';

export interface RoiAlignAttributes {
  readonly size: readonly [number, number];
  readonly spatialScale: number;
  /** Samples per bin and dimension; 0: as many as the bin has pixels, rounded up. */
  readonly samplingRatio: number;
  /** Pixel centers at .5, and no least size of a region. */
  readonly aligned: boolean;
  readonly maximum: boolean;
}

/**
 * Bilinear samples of regions, pooled: x [N,C,H,W], regions [R,5] (image, x1, y1, x2, y2) or [R,4] with
 * the images as a third input [R] → y [R,C,oH,oW] (CPUROIAlign.cpp, MNN 3.6.1).
 */
export const roiAlign: OpDefinition<RoiAlignAttributes> = {
  name: 'ROIAlign',
  opTypes: [OpType.ROIAlign],
  parse(op, context) {
    const table = parameter(op, 'RoiParameters', context);
    if (table.outputGrad) throw new GraphError(`${context.where}: the gradient of ROIAlign is not evaluated`);
    if (table.poolType !== PoolType.MAXPOOL && table.poolType !== PoolType.AVEPOOL)
      throw new GraphError(`${context.where}: expected pool type 0 or 1, got ${table.poolType}`);
    return {
      size: regionSize(table, context.where),
      spatialScale: table.spatialScale,
      samplingRatio: table.samplingRatio,
      aligned: table.aligned,
      maximum: table.poolType === PoolType.MAXPOOL,
    };
  },
  shape({ size }, inputs, where) {
    const { shape, layout } = required(inputs, 0, where);
    const regions = checkRegions(inputs, inputs[2] === undefined ? 5 : 4, where);
    return [{ shape: [regions, shape[1], ...size], dtype: 'float32', layout }];
  },
  reference(attributes, inputs, [y]) {
    const [x, regions] = [required(inputs, 0, 'ROIAlign'), required(inputs, 1, 'ROIAlign')];
    const width = inputs[2] === undefined ? 5 : 4;
    const outputSize = y.shape[1] * y.shape[2] * y.shape[3];
    for (let r = 0; r < y.shape[0]; r++) {
      const row = Array.from(regions.data.subarray(r * width, (r + 1) * width));
      const image = Math.trunc(inputs[2]?.data[r] ?? row[0]);
      if (!(image >= 0 && image < x.shape[0]))
        throw new GraphError(`ROIAlign: expected region ${r} in an image below ${x.shape[0]}, got ${image}`);
      const box = row.slice(-4);
      alignRegion(attributes, x, image, box, y, r * outputSize);
    }
  },
  cases: roiAlignCases,
};

function alignRegion(
  attributes: RoiAlignAttributes,
  x: HostTensor,
  image: number,
  box: readonly number[],
  y: HostTensor,
  target: number,
): void {
  const [, channels, height, width] = x.shape;
  const rows = binsAlong(attributes, box[1], box[3], 0, height);
  const columns = binsAlong(attributes, box[0], box[2], 1, width);
  let at = target;
  for (let c = 0; c < channels; c++) {
    const plane = (image * channels + c) * height * width;
    for (const row of rows) {
      for (const column of columns) {
        const values = row.flatMap((v) => column.map((h) => sampleAt(x, plane, width, v, h)));
        y.data[at++] = pool(values, attributes.maximum);
      }
    }
  }
}

function pool(values: readonly number[], maximum: boolean): number {
  // An empty region has no samples.
  if (values.length === 0) return 0;
  if (maximum) return Math.max(...values);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A position between two pixels; `undefined` where it is too far outside. */
type Sample = { readonly low: number; readonly high: number; readonly weight: number } | undefined;

function sampleAt(x: HostTensor, plane: number, width: number, v: Sample, h: Sample): number {
  if (v === undefined || h === undefined) return 0;
  const line = (row: number): number =>
    x.data[plane + row * width + h.low] * (1 - h.weight) + x.data[plane + row * width + h.high] * h.weight;
  return line(v.low) * (1 - v.weight) + line(v.high) * v.weight;
}

function binsAlong(
  { size, spatialScale, samplingRatio, aligned }: RoiAlignAttributes,
  first: number,
  last: number,
  dimension: 0 | 1,
  extent: number,
): Sample[][] {
  const shift = aligned ? -0.5 : 0;
  const start = Math.fround(first * spatialScale + shift);
  const length = Math.fround(Math.fround(last * spatialScale + shift) - start);
  const count = size[dimension];
  const bin = Math.fround((aligned ? length : Math.max(length, 1)) / count);
  const samples = samplingRatio > 0 ? samplingRatio : Math.max(0, Math.ceil(bin));
  return Array.from({ length: count }, (_, b) =>
    Array.from({ length: samples }, (_, i) => {
      const position = Math.fround(Math.fround(start + b * bin) + ((i + 0.5) * bin) / samples);
      if (!(position >= -1 && position <= extent)) return undefined;
      const clamped = Math.min(Math.max(position, 0), extent - 1);
      const low = Math.floor(clamped);
      return { low, high: Math.min(low + 1, extent - 1), weight: clamped - low };
    }),
  );
}

function roiAlignCases(): OpCase<RoiAlignAttributes>[] {
  const plain = {
    size: [2, 3],
    spatialScale: 0.5,
    samplingRatio: 2,
    aligned: false,
    maximum: false,
  } as const;
  const regions = { shape: [3, 5], data: [0, 1, 2, 9, 8, 1, -3, 0, 14, 5, 0, 4, 4, 4, 4] };
  const inputs = [{ shape: [2, 5, 6, 7] }, regions];
  return [
    { title: 'average', attributes: plain, inputs },
    { title: 'average, aligned', attributes: { ...plain, aligned: true }, inputs },
    { title: 'average, adaptive', attributes: { ...plain, samplingRatio: 0, size: [1, 2] }, inputs },
    { title: 'maximum', attributes: { ...plain, maximum: true }, inputs },
    {
      title: 'images as an input',
      attributes: plain,
      inputs: [
        { shape: [2, 5, 6, 7] },
        { shape: [2, 4], data: [1, 2, 9, 8, 0, 0, 5, 5] },
        { shape: [2], dtype: 'int32', data: [1, 0] },
      ],
    },
    {
      title: 'no regions',
      attributes: plain,
      inputs: [{ shape: [1, 2, 3, 3] }, { shape: [0, 5], data: [] }],
    },
  ];
}
