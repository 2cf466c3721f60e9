import { type Convolution2DCommon, createTable } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, type GoldenInput, ints, main } from './golden/golden-case.ts';
import { answer, expectAnswer, image, tensor } from './support/by-hand.ts';

type Case = Omit<GoldenCase, 'title'>;

function item(
  type: 'Im2Col' | 'Col2Im' | 'Dilation2D',
  inputs: readonly GoldenInput[],
  fields: Partial<Convolution2DCommon>,
  weight?: number[],
): Case {
  const common = createTable('Convolution2DCommon', fields);
  return {
    type,
    main: main('Convolution2D', { common, ...(weight && { weight: Float32Array.from(weight) }) }),
    inputs,
  };
}

const nine = image(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9);

describe('dilated windows, whose number MNN 3.6.1 takes for that of windows without (GeometryConv2D.cpp)', () => {
  const corners = { kernelY: 2, kernelX: 2, dilateY: 2, dilateX: 2 };
  it('Im2Col', async () => {
    await expectAnswer(item('Im2Col', [nine], corners), [4, 1], [1, 3, 7, 9]);
    const row = { kernelX: 2, dilateX: 2 };
    await expectAnswer(item('Im2Col', [nine], row), [2, 3], [1, 4, 7, 3, 6, 9]);
  });

  it('Col2Im', async () => {
    const column = tensor([1, 4, 1], [1, 3, 7, 9]);
    const expected = [1, 0, 3, 0, 0, 0, 7, 0, 9];
    await expectAnswer(item('Col2Im', [column, ints(3, 3)], corners), [1, 1, 3, 3], expected);
  });
});

it('Im2Col and Col2Im give back each pixel as often as windows cover it', async () => {
  const fields = { kernelY: 2, kernelX: 2 };
  const columns = await answer(item('Im2Col', [nine], fields));
  expect(columns.shape).toEqual([4, 4]);
  const back = item('Col2Im', [tensor([4, 4], Array.from(columns.data)), ints(3, 3)], fields);
  await expectAnswer(back, [1, 1, 3, 3], [1, 4, 3, 8, 20, 12, 7, 16, 9]);
});

describe('the padding of Dilation2D is never the largest', () => {
  // MNN 3.6.1 gives the padding of the first image alone its low value (GeometryConvUtils.cpp, ADD_PAD_VALUE).
  it('in a second image', async () => {
    const two = tensor([2, 1, 1, 2], [-1, -2, -3, -4]);
    const fields = { kernelX: 3, padX: 1, outputCount: 1 };
    await expectAnswer(item('Dilation2D', [two], fields, [0, 0, 0]), [2, 1, 1, 2], [-1, -1, -3, -3]);
  });

  // MNN 3.6.1 leaves out window rows that never see a pixel, and their zeros count.
  it('in rows of the window that never see a pixel', async () => {
    const fields = { kernelY: 3, padY: 1, outputCount: 1 };
    await expectAnswer(item('Dilation2D', [image(1, 2, -1, -2)], fields, [0, 0, 0]), [1, 1, 1, 2], [-1, -2]);
  });
});

describe('what makes no sense is said', () => {
  it.each<[string, Case, RegExp]>([
    ['SAME padding of Im2Col', item('Im2Col', [nine], { padMode: 2 }), /padding mode 0 \(explicit\), got 2/],
    ['an NHWC input', item('Im2Col', [{ ...nine, layout: 'NHWC' }], {}), /in NCHW, got float32 .* in NHWC/],
    ['a window that does not fit', item('Im2Col', [nine], { kernelY: 4 }), /does not fit into 3x3 pixels/],
    ['no size', item('Col2Im', [tensor([1, 1, 9], new Array(9).fill(1)), ints(3)], {}), /height and a width/],
    [
      'too few columns',
      item('Col2Im', [tensor([1, 1, 8], new Array(8).fill(1)), ints(3, 3)], {}),
      /expected 3x3 windows over 3x3 pixels, got 8/,
    ],
    ['a wrong number of weights', item('Dilation2D', [nine], { outputCount: 1 }, [1, 2]), /weights/],
    [
      'too many channels',
      item('Dilation2D', [tensor([1, 2, 1, 1], [1, 2])], { outputCount: 1 }, [1]),
      /expected 1 input channels, got 2/,
    ],
    [
      'weights of another size',
      { type: 'SpatialProduct', inputs: [nine, image(3, 1, 1, 2, 3)] },
      /expected float weights \[1,1,3,3\]/,
    ],
    [
      'a negative axis',
      { type: 'CosineSimilarity', inputs: [nine, nine, ints(-1)] },
      /expected an axis in 0..3, got -1/,
    ],
    ['different shapes', { type: 'CosineSimilarity', inputs: [nine, image(1, 1, 1), ints(1)] }, /one shape/],
  ])('%s', async (_, given, message) => {
    await expect(answer(given)).rejects.toThrow(message);
  });
});
