import { type Convolution2DCommon, PadMode } from '@mnnquant/mnn-format';
import type { GoldenCase } from '../../../packages/graph/test/golden/golden-case.ts';
import { COLUMN_ERRORS } from './column-ops.ts';
import { LOOP_ERRORS } from './loop-ops.ts';
import { MATRIX_ERRORS } from './matrix-ops.ts';
import { RASTER_ERRORS } from './raster-op.ts';
import { RECURRENT_ERRORS } from './recurrent-ops.ts';
import { VOLUME_ERRORS } from './resize-ops.ts';

/** An error of MNN 3.6.1, found by comparing it with the definition of the op. */
export interface KnownError {
  readonly type: GoldenCase['type'];
  readonly when: (item: GoldenCase) => boolean;
  readonly why: string;
}

const KNOWN_ERRORS: readonly KnownError[] = [
  ...MATRIX_ERRORS,
  ...COLUMN_ERRORS,
  ...RASTER_ERRORS,
  ...RECURRENT_ERRORS,
  ...VOLUME_ERRORS,
  ...LOOP_ERRORS,
  {
    type: 'SpaceToBatchND',
    when: ({ main }) => padsOf(main).some((pad, i) => i % 2 === 0 && pad > 0),
    why: 'reads before the image where it is padded in front (GeometrySpaceToBatchND.cpp)',
  },
  ...(['SpaceToBatchND', 'BatchToSpaceND'] as const).map((type) => ({
    type,
    when: ({ main, inputs: [{ shape, layout }] }: GoldenCase) =>
      layout === 'NHWC' && (type === 'SpaceToBatchND' ? shape[0] : shape[0] / placesOf(main)) > 1,
    why: 'takes NHWC images behind the first for channels of it (GeometrySpaceToBatchND.cpp)',
  })),
  {
    type: 'Normalize',
    when: ({ main }) => main?.type === 'Normalize' && main.value.channelShared !== 0,
    why: 'takes a number per channel out of a scale that has one only (GeometryLRN.cpp)',
  },
  {
    type: 'Select',
    when: ({ inputs }) => {
      const counts = inputs.map(({ shape }) => product(shape));
      return counts.some((count) => count !== 1 && count !== Math.max(...counts));
    },
    why: 'knows full tensors and single numbers, and reads behind all others (CPUSelect.cpp)',
  },
  {
    type: 'Padding',
    when: ({ inputs: [x, pads] }) => paddedGroups(x.shape, pads.data!) > 3,
    why: 'fills in three dimensions at most, unpadded neighbours counting as one (GeometryCrop.cpp)',
  },
  {
    type: 'ConvolutionDepthwise',
    when: ({ main }) => main?.type === 'Convolution2D' && skipsPixels(main.value.common),
    why: 'reads other memory where SAME padding turns negative, and where a window lies in the padding alone',
  },
  {
    type: 'StridedSlice',
    when: ({ main, inputs }) =>
      main?.type === 'StridedSliceParam' &&
      main.value.newAxisMask !== 0 &&
      inputs[1].data!.some((begin) => begin < 0),
    why: 'counts a negative begin from the end of another dimension where one is added (GeometryStridedSlice.cpp)',
  },
  {
    type: 'Pooling3D',
    when: ({ inputs: [{ shape }] }) => shape.length === 5 && shape[0] > 1,
    why: 'takes the batches of a volume for one another (GeometryPooling3D.cpp)',
  },
  {
    type: 'TensorArrayScatter',
    when: ({ inputs: [, positions] }) => leavesOutFirst(positions.data!),
    why: 'takes the first places for those that are written, as many as there are (GeometryTensorArray.cpp)',
  },
  ...(['MatMul', 'BatchMatMul'] as const).map((type) => ({
    type,
    when: ({ inputs: [a, b] }: GoldenCase) => bothRepeat(a.shape.slice(0, -2), b.shape.slice(0, -2)),
    why: 'mixes up the batches where both tensors have to be repeated (GeometryBatchMatMul.cpp)',
  })),
];

/** Whether other places are named than the first ones, in any order. */
function leavesOutFirst(positions: readonly number[]): boolean {
  return positions.some((position) => position >= positions.length);
}

/** Whether each of two batch shapes has a dimension that the other one lacks. */
function bothRepeat(a: readonly number[], b: readonly number[]): boolean {
  const rank = Math.max(a.length, b.length);
  const at = (shape: readonly number[], i: number): number => shape[shape.length - rank + i] ?? 1;
  const dimensions = Array.from({ length: rank }, (_, i) => [at(a, i), at(b, i)]);
  return dimensions.some(([x, y]) => x < y) && dimensions.some(([x, y]) => x > y);
}

/** Whether windows leave pixels of the image out, or hold none. */
function skipsPixels(common: Convolution2DCommon | undefined): boolean {
  if (common === undefined) return false;
  const { kernelX, kernelY, dilateX, dilateY, strideX, strideY, padMode, padX, padY, pads } = common;
  const [height, width] = [(kernelY - 1) * dilateY + 1, (kernelX - 1) * dilateX + 1];
  if (padMode === PadMode.SAME) return strideX > width || strideY > height;
  const [top, left, bottom, right] = pads ?? [padY, padX, padY, padX];
  return Math.max(top, bottom) >= height || Math.max(left, right) >= width;
}

function product(shape: readonly number[]): number {
  return shape.reduce((all, extent) => all * extent, 1);
}

/** Before and behind, by dimension. */
function padsOf(main: GoldenCase['main']): readonly number[] {
  return main?.type === 'SpaceBatch' ? Array.from(main.value.padding?.int32s ?? []) : [];
}

/** Pixels of a block. */
function placesOf(main: GoldenCase['main']): number {
  return product(main?.type === 'SpaceBatch' ? Array.from(main.value.blockShape?.int32s ?? []) : []);
}

/** Padded dimensions and runs of others between them. */
function paddedGroups(shape: readonly number[], pads: readonly number[]): number {
  const padded = shape.map((_, axis) => pads[2 * axis] + pads[2 * axis + 1] > 0);
  const runs = padded.filter((isPadded, axis) => !isPadded && (axis === 0 || padded[axis - 1]));
  return padded.filter(Boolean).length + runs.length;
}

/** Why MNN is wrong about a case; `undefined` where it is not known to be. */
export function knownError(item: GoldenCase): string | undefined {
  return KNOWN_ERRORS.find(({ type, when }) => type === item.type && when(item))?.why;
}
