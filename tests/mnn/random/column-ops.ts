import { type Convolution2DCommon, createTable, PadMode } from '@mnnquant/mnn-format';
import { type GoldenCase, main } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';
import type { KnownError } from './known-errors.ts';

/** A window that fits into the padded image, its places of explicit padding. */
function window(draw: Draw, height: number, width: number): Partial<Convolution2DCommon> {
  const side = (size: number) => {
    const kernel = draw.int(1, Math.min(4, size));
    return [
      kernel,
      kernel === 1 ? draw.int(1, 2) : draw.int(1, Math.max(1, Math.floor((size - 1) / (kernel - 1)))),
    ];
  };
  const [[kernelY, dilateY], [kernelX, dilateX]] = [side(height), side(width)];
  const padding = draw.bool()
    ? { pads: Int32Array.from(draw.list(4, 0, 2)) }
    : { padY: draw.int(0, 2), padX: draw.int(0, 2) };
  return { kernelY, kernelX, dilateY, dilateX, strideY: draw.int(1, 3), strideX: draw.int(1, 3), ...padding };
}

/** Windows along a dimension, 0 the vertical one. */
function windowsAlong(common: Convolution2DCommon, axis: 0 | 1, extent: number, dilated = true): number {
  const { pads, padY, padX } = common;
  const padding = pads ? pads[axis] + pads[axis + 2] : 2 * [padY, padX][axis];
  const kernel = [common.kernelY, common.kernelX][axis];
  const reach = dilated ? (kernel - 1) * [common.dilateY, common.dilateX][axis] + 1 : kernel;
  return Math.floor((extent + padding - reach) / [common.strideY, common.strideX][axis]) + 1;
}

function im2col(draw: Draw): RandomCase {
  const x = draw.image({ channels: draw.int(1, 6), min: 2, max: 7, layout: draw.pick('NCHW', 'NC4HW4') });
  const common = createTable('Convolution2DCommon', window(draw, x.shape[2], x.shape[3]));
  return { type: 'Im2Col', main: main('Convolution2D', { common }), inputs: [x] };
}

function col2im(draw: Draw): RandomCase {
  const size = draw.list(2, 2, 7);
  const common = createTable('Convolution2DCommon', window(draw, size[0], size[1]));
  const windows = windowsAlong(common, 0, size[0]) * windowsAlong(common, 1, size[1]);
  const columns = [draw.int(1, 5) * common.kernelY * common.kernelX, windows];
  return {
    type: 'Col2Im',
    main: main('Convolution2D', { common }),
    inputs: [
      draw.tensor(draw.bool() ? columns : [draw.int(1, 3), ...columns]),
      { shape: [2], dtype: 'int32', data: size, constant: true },
    ],
  };
}

function dilation(draw: Draw): RandomCase {
  const x = draw.image({ channels: draw.int(1, 6), min: 2, max: 7, layout: draw.pick('NCHW', 'NC4HW4') });
  const padMode = draw.pick(PadMode.CAFFE, PadMode.SAME, PadMode.VALID);
  const { pads, padX = 0, padY = 0, ...fields } = window(draw, x.shape[2], x.shape[3]);
  const explicit = padMode === PadMode.CAFFE ? { padX, padY, ...(pads && { pads }) } : {};
  const common = createTable('Convolution2DCommon', {
    ...fields,
    ...explicit,
    padMode,
    outputCount: x.shape[1],
    // Without effect.
    ...draw.pick({}, { relu: true }, { relu6: true }),
  });
  const weight = draw.floats(x.shape[1] * common.kernelY * common.kernelX);
  return {
    type: 'Dilation2D',
    main: main('Convolution2D', { common, weight, bias: draw.floats(x.shape[1]) }),
    inputs: [x],
  };
}

function spatialProduct(draw: Draw): RandomCase {
  const x = draw.image({ layout: draw.pick('NCHW', 'NC4HW4') });
  const weight = draw.tensor([x.shape[0], 1, x.shape[2], x.shape[3]], draw.pick('NCHW', 'NC4HW4'));
  return { type: 'SpatialProduct', inputs: [x, weight] };
}

function cosineSimilarity(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(2, 5), 1, 6);
  const layout = shape.length === 4 ? draw.pick('NCHW', 'NC4HW4', 'NHWC') : 'NCHW';
  const axis = draw.int(0, shape.length - 1);
  return {
    type: 'CosineSimilarity',
    inputs: [
      draw.tensor(shape, layout),
      draw.tensor(shape, layout),
      { shape: [1], dtype: 'int32', data: [axis], constant: true },
    ],
  };
}

export const COLUMN_OPS: Readonly<Record<string, Generator>> = {
  Im2Col: im2col,
  Col2Im: col2im,
  Dilation2D: dilation,
  SpatialProduct: spatialProduct,
  CosineSimilarity: cosineSimilarity,
};

function commonOf(main: GoldenCase['main']): Convolution2DCommon | undefined {
  return main?.type === 'Convolution2D' ? main.value.common : undefined;
}

/** Whether windows without dilation would be more. */
function miscounts(common: Convolution2DCommon | undefined, size: readonly number[]): boolean {
  const more = (axis: 0 | 1): boolean =>
    windowsAlong(common!, axis, size[axis]) !== windowsAlong(common!, axis, size[axis], false);
  return common !== undefined && (more(0) || more(1));
}

/** Padding before, and windows, along a dimension of a Dilation2D. */
function placesAlong(common: Convolution2DCommon, axis: 0 | 1, extent: number): [number, number] {
  const stride = [common.strideY, common.strideX][axis];
  const reach = ([common.kernelY, common.kernelX][axis] - 1) * [common.dilateY, common.dilateX][axis] + 1;
  if (common.padMode === PadMode.VALID) return [0, Math.ceil((extent - reach + 1) / stride)];
  if (common.padMode === PadMode.CAFFE)
    return [common.pads?.[axis] ?? [common.padY, common.padX][axis], windowsAlong(common, axis, extent)];
  const count = Math.ceil(extent / stride);
  return [Math.trunc(((count - 1) * stride + reach - extent) / 2), count];
}

/** Whether padding counts as zero: that of later images, and rows or columns of a window that see no pixel. */
function seesZeros({ inputs: [x], main }: GoldenCase): boolean {
  const common = commonOf(main);
  if (common === undefined) return false;
  return ([0, 1] as const).some((axis) => {
    const extent = x.shape[2 + axis];
    const [before, count] = placesAlong(common, axis, extent);
    const stride = [common.strideY, common.strideX][axis];
    const taps = Array.from(
      { length: [common.kernelY, common.kernelX][axis] },
      (_, k) => k * [common.dilateY, common.dilateX][axis] - before,
    );
    const places = taps.map((tap) => Array.from({ length: count }, (_, i) => i * stride + tap));
    const isPadding = (place: number): boolean => place < 0 || place >= extent;
    return x.shape[0] > 1 ? places.flat().some(isPadding) : places.some((row) => row.every(isPadding));
  });
}

export const COLUMN_ERRORS: readonly KnownError[] = [
  {
    type: 'Im2Col',
    when: ({ main, inputs: [x] }) => miscounts(commonOf(main), x.shape.slice(2)),
    why: 'counts the windows as if they had no dilation (GeometryConv2D.cpp)',
  },
  {
    type: 'Col2Im',
    when: ({ main, inputs: [, size] }) => miscounts(commonOf(main), size.data!),
    why: 'as Im2Col',
  },
  {
    type: 'Dilation2D',
    when: seesZeros,
    why: 'fills in the low value of padding for the first image and for taps that see some pixel only (GeometryConvUtils.cpp)',
  },
];
