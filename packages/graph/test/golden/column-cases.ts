import { type Convolution2DCommon, createTable, PadMode } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main, noise } from './golden-case.ts';

function columns(title: string, source: GoldenInput, fields: Partial<Convolution2DCommon>): GoldenCase {
  const common = createTable('Convolution2DCommon', fields);
  return {
    title: `Im2Col, ${title}`,
    type: 'Im2Col',
    main: main('Convolution2D', { common }),
    inputs: [source],
  };
}

function images(
  title: string,
  shape: number[],
  [height, width]: readonly [number, number],
  fields: Partial<Convolution2DCommon>,
): GoldenCase {
  const common = createTable('Convolution2DCommon', fields);
  return {
    title: `Col2Im, ${title}`,
    type: 'Col2Im',
    main: main('Convolution2D', { common }),
    inputs: [input(shape), ints(height, width)],
  };
}

// Windows of more than one pixel without dilation only: MNN 3.6.1 forgets it (columns-by-hand.test.ts).
const two = { kernelY: 2, kernelX: 3 };
const uneven = { ...two, pads: Int32Array.of(1, 2, 0, 3) };

export const COLUMNS: readonly GoldenCase[] = [
  columns('plain', input([1, 3, 5, 6]), two),
  columns('two images, packed', input([2, 5, 5, 6], 'NC4HW4'), two),
  columns('strides and padding', input([2, 3, 5, 6]), { ...two, strideY: 2, strideX: 3, padY: 1, padX: 2 }),
  columns('uneven padding', input([2, 3, 5, 6]), uneven),
  columns('rows in the padding alone', input([1, 2, 2, 3]), { ...two, kernelY: 4, padY: 3 }),
  columns('one row, dilated along the other side', input([1, 2, 4, 5]), { kernelX: 2, dilateY: 3 }),
  images('overlapping', [2, 18, 16], [5, 6], two),
  images('strides and padding', [1, 12, 4], [5, 6], { ...two, strideY: 2, strideX: 3, padY: 0, padX: 1 }),
  images('uneven padding', [2, 6, 45], [5, 6], uneven),
  images('one image', [18, 16], [5, 6], two),
];

function dilation(title: string, source: GoldenInput, fields: Partial<Convolution2DCommon>): GoldenCase {
  const outputCount = source.shape[1];
  const common = createTable('Convolution2DCommon', { ...two, ...fields, outputCount });
  const count = outputCount * common.kernelY * common.kernelX;
  return {
    title: `Dilation2D, ${title}`,
    type: 'Dilation2D',
    main: main('Convolution2D', { common, weight: noise(count, 5) }),
    inputs: [source],
  };
}

// Padding with one image only: MNN 3.6.1 takes zeros for that of the others (columns-by-hand.test.ts).
export const DILATION: readonly GoldenCase[] = [
  dilation('two images', input([2, 3, 5, 6], 'NC4HW4'), {}),
  dilation('NCHW', input([1, 5, 5, 6]), {}),
  dilation('strides', input([2, 5, 5, 6], 'NC4HW4'), { strideY: 2, strideX: 3 }),
  dilation('padding', input([1, 5, 5, 6], 'NC4HW4'), { padY: 1, padX: 2 }),
  dilation('uneven padding', input([1, 3, 5, 6], 'NC4HW4'), { pads: Int32Array.of(1, 2, 0, 3) }),
  dilation('SAME', input([1, 3, 5, 6], 'NC4HW4'), { padMode: PadMode.SAME, strideY: 2 }),
  dilation('VALID, dilation', input([2, 3, 6, 6], 'NC4HW4'), {
    padMode: PadMode.VALID,
    dilateY: 3,
    dilateX: 2,
  }),
  dilation('SAME, dilation', input([1, 3, 6, 6], 'NC4HW4'), {
    padMode: PadMode.SAME,
    dilateY: 3,
    dilateX: 2,
  }),
  dilation('windows in the padding alone', input([1, 3, 5, 6], 'NC4HW4'), { padY: 2 }),
];

function product(shape: number[], layout: GoldenInput['layout']): GoldenCase {
  const [batch, , height, width] = shape;
  return {
    title: `SpatialProduct, [${shape}] ${layout}`,
    type: 'SpatialProduct',
    inputs: [input(shape, layout), input([batch, 1, height, width], layout)],
  };
}

export const SPATIAL_PRODUCT: readonly GoldenCase[] = [
  product([2, 5, 3, 4], 'NC4HW4'),
  product([2, 3, 4, 5], 'NCHW'),
  product([1, 1, 1, 1], 'NC4HW4'),
];

function similarity(shape: number[], axis: number, layout: GoldenInput['layout'] = 'NCHW'): GoldenCase {
  return {
    title: `CosineSimilarity, [${shape}] ${layout}, axis ${axis}`,
    type: 'CosineSimilarity',
    inputs: [input(shape, layout), input(shape, layout), ints(axis)],
  };
}

export const SIMILARITY: readonly GoldenCase[] = [
  similarity([2, 5, 3, 4], 1),
  similarity([2, 5, 3, 4], 1, 'NC4HW4'),
  similarity([2, 5, 3, 4], 1, 'NHWC'),
  similarity([3, 7], 1),
  similarity([3, 4, 5], 0),
  similarity([3, 4, 5], 2),
  {
    title: 'CosineSimilarity of zeros',
    type: 'CosineSimilarity',
    inputs: [{ shape: [1, 2, 2], data: [0, 3, 0, 4] }, { shape: [1, 2, 2], data: [5, 6, 0, 8] }, ints(1)],
  },
];
