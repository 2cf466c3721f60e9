import {
  AvgPoolCountType,
  type Convolution2DCommon,
  CoordinateTransformationMode as Coordinates,
  createTable,
  PadMode,
  type Pool,
  PoolType,
} from '@mnnquant/mnn-format';
import { describe, it } from 'vitest';
import { type GoldenCase, type GoldenInput, main } from './golden/golden-case.ts';
import { expectAnswer, image, tensor } from './support/by-hand.ts';

// Small enough to be worked out on paper: a second opinion beside what MNN answered.

const nine = image(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9);

describe('Convolution', () => {
  function convolution(
    input: GoldenInput,
    weight: number[],
    bias: number[],
    fields: Partial<Convolution2DCommon>,
    type: 'Convolution' | 'ConvolutionDepthwise' = 'Convolution',
  ): Omit<GoldenCase, 'title'> {
    const table = { kernelX: 2, kernelY: 2, outputCount: bias.length, inputCount: input.shape[1], ...fields };
    const common = createTable('Convolution2DCommon', table);
    const parameter = { common, weight: Float32Array.from(weight), bias: Float32Array.from(bias) };
    return { type, main: main('Convolution2D', parameter), inputs: [input] };
  }

  // Each window without padding sums to 37, 47, 67, 77.
  it.each<[string, Partial<Convolution2DCommon>, number, number[], number[]]>([
    ['no padding', {}, 10, [2, 2], [47, 57, 77, 87]],
    ['padding and stride', { padX: 1, padY: 1, strideX: 2, strideY: 2 }, 10, [2, 2], [14, 28, 46, 87]],
    ['padding on one side', { pads: Int32Array.of(1, 0, 0, 0) }, 10, [3, 2], [21, 28, 47, 57, 77, 87]],
    ['dilation', { dilateX: 2, dilateY: 2 }, 10, [1, 1], [74]],
    ['ReLU', { relu: true }, -50, [2, 2], [0, 0, 17, 27]],
    ['ReLU6', { relu6: true }, -70, [2, 2], [0, 0, 0, 6]],
  ])('with %s', async (_, fields, bias, [height, width], expected) => {
    await expectAnswer(convolution(nine, [1, 2, 3, 4], [bias], fields), [1, 1, height, width], expected);
  });

  it('pads an odd rest of SAME at the end', async () => {
    const fields = { kernelX: 3, kernelY: 1, strideX: 2, padMode: PadMode.SAME };
    await expectAnswer(convolution(image(1, 4, 1, 2, 3, 4), [1, 1, 1], [0], fields), [1, 1, 1, 2], [6, 7]);
  });

  it('in groups', async () => {
    const item = convolution(image(1, 2, 1, 2, 3, 4), [1, 2, 3, 4], [0, 0, 0, 0], {
      kernelX: 1,
      kernelY: 1,
      group: 2,
    });
    await expectAnswer(item, [1, 4, 1, 2], [1, 2, 2, 4, 9, 12, 12, 16]);
  });

  it('depthwise', async () => {
    const fields = { kernelX: 2, kernelY: 1, group: 2 };
    const item = convolution(
      image(1, 2, 1, 2, 3, 4),
      [1, 1, 2, -1],
      [0, 0.5],
      fields,
      'ConvolutionDepthwise',
    );
    await expectAnswer(item, [1, 2, 1, 1], [3, 2.5]);
  });
});

describe('Pooling', () => {
  const twoByTwo = { kernelX: 2, kernelY: 2, strideX: 2, strideY: 2, ceilModel: false };
  const padded = { padX: 1, padY: 1 };
  const average = { type: PoolType.AVEPOOL };
  it.each<[string, Partial<Pool>, number, number[]]>([
    ['maximum', {}, 1, [5]],
    ['maximum, ceil', { ceilModel: true }, 2, [5, 6, 8, 9]],
    ['maximum, padded', padded, 2, [1, 3, 7, 9]],
    [
      'average, padding counted',
      { ...average, ...padded, countType: AvgPoolCountType.INCLUDE_PADDING },
      2,
      [0.25, 1.25, 2.75, 7],
    ],
    [
      'average, padding not counted',
      { ...average, ...padded, countType: AvgPoolCountType.EXCLUDE_PADDING },
      2,
      [1, 2.5, 5.5, 7],
    ],
    ['average of all', { ...average, isGlobal: true }, 1, [5]],
  ])('%s', async (_, fields, extent, expected) => {
    const item = {
      type: 'Pooling',
      main: main('Pool', { ...twoByTwo, ...fields }),
      inputs: [nine],
    } as const;
    await expectAnswer(item, [1, 1, extent, extent], expected);
  });

  it('the maximum of negative numbers is not the padding', async () => {
    const item = {
      type: 'Pooling',
      main: main('Pool', { ...twoByTwo, ...padded }),
      inputs: [image(1, 1, -3)],
    } as const;
    await expectAnswer(item, [1, 1, 1, 1], [-3]);
  });
});

describe('Softmax', () => {
  it.each<[string, number[], number[]]>([
    ['of logarithms is their share', [0, Math.log(2), Math.log(5)], [0.125, 0.25, 0.625]],
    ['does not overflow', [1000, 1000], [0.5, 0.5]],
    ['does not underflow', [-1000, -1000, -1000, -1000], [0.25, 0.25, 0.25, 0.25]],
    ['gives -Infinity no share', [Number.NEGATIVE_INFINITY, 0], [0, 1]],
  ])('%s', async (_, values, expected) => {
    const row = tensor([1, values.length], values);
    await expectAnswer(
      { type: 'Softmax', main: main('Axis', { axis: 1 }), inputs: [row] },
      row.shape as number[],
      expected,
    );
  });
});

describe('Interp of 0 and 10 to four', () => {
  it.each<[string, number, number, number[]]>([
    ['bilinear, half pixels', 2, Coordinates.HalfPixels, [0, 2.5, 7.5, 10]],
    ['bilinear, corners aligned', 2, Coordinates.AlignCorners, [0, 10 / 3, 20 / 3, 10]],
    ['bilinear, asymmetric', 2, Coordinates.Asymmetric, [0, 5, 10, 10]],
    ['nearest, asymmetric', 1, Coordinates.Asymmetric, [0, 0, 10, 10]],
  ])('%s', async (_, resizeType, ctm, expected) => {
    const fields = { resizeType, ctm, outputHeight: 1, outputWidth: 4 };
    const item = { type: 'Interp', main: main('Interp', fields), inputs: [image(1, 2, 0, 10)] } as const;
    await expectAnswer(item, [1, 1, 1, 4], expected);
  });
});
