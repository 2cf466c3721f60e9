import { CoordinateTransformationMode as Coordinates } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenCase, ints, main } from './golden/golden-case.ts';
import { answer, expectAnswer, tensor } from './support/by-hand.ts';

type Case = Omit<GoldenCase, 'title'>;

function interp(
  shape: number[],
  data: number[],
  fields: object,
  type: 'Interp' | 'Interp3D' = 'Interp',
): Case {
  const table = { outputHeight: 1, outputWidth: 1, ...fields };
  return { type, main: main('Interp', table), inputs: [tensor(shape, data)] };
}

describe('volumes', () => {
  // MNN 3.6.1 writes the step of the depth over with its offset (ConvertUtils.hpp).
  it('of half pixels as PyTorch has them', async () => {
    const fields = { resizeType: 1, ctm: Coordinates.PytorchHalfPixels, outputDepth: 4 };
    await expectAnswer(interp([1, 1, 2, 1, 1], [1, 2], fields), [1, 1, 4, 1, 1], [1, 1, 1, 2]);
    await expectAnswer(
      interp([1, 1, 6, 1, 1], [1, 2, 3, 4, 5, 6], { ...fields, outputDepth: 2 }),
      [1, 1, 2, 1, 1],
      [2, 5],
    );
  });

  // MNN 3.6.1 places every further 4 channels by the depth of the input (CPUResize.hpp).
  it('of more than 4 channels, rounded', async () => {
    const fields = { resizeType: 4, ctm: Coordinates.Asymmetric, outputDepth: 2 };
    const channels = [1, 2, 3, 4, 5, 6];
    await expectAnswer(
      interp([1, 6, 1, 1, 1], channels, fields),
      [1, 6, 2, 1, 1],
      channels.flatMap((value) => [value, value]),
    );
  });

  it('by steps and offsets that the file has', async () => {
    const fields = { resizeType: 1, outputDepth: 3, depthScale: 0.5, depthOffset: 1 };
    await expectAnswer(interp([1, 1, 3, 1, 1], [1, 2, 3], fields, 'Interp3D'), [1, 1, 3, 1, 1], [2, 2, 3]);
  });
});

describe('what MNN does not do is said', () => {
  const volume = (fields: object, type: 'Interp' | 'Interp3D' = 'Interp') =>
    interp([1, 1, 2, 1, 1], [1, 2], { outputDepth: 4, ...fields }, type);
  const images = interp([1, 1, 1, 2], [1, 2], { resizeType: 1 });
  it.each<[string, Case, RegExp]>([
    ['linear volumes', volume({ resizeType: 2 }), /leaves volumes as they are .* bilinear/],
    ['cubic volumes', volume({ resizeType: 3 }, 'Interp3D'), /leaves volumes as they are .* cubic/],
    [
      'Interp3D of images',
      interp([1, 1, 1, 2], [1, 2], { resizeType: 1 }, 'Interp3D'),
      /expected a 5-D input/,
    ],
    [
      'more channels',
      { ...images, inputs: [...images.inputs, ints(1, 2, 1, 2)] },
      /keep the batch and the channels/,
    ],
    [
      'too few sizes',
      { ...volume({ resizeType: 1 }), inputs: [...volume({}).inputs, ints(2, 2)] },
      /expected 5 sizes, got 2/,
    ],
    ['an unknown method', volume({ resizeType: 5 }), /resize type 1, 2, 3 or 4, got 5/],
  ])('%s', async (_, given, message) => {
    await expect(answer(given)).rejects.toThrow(message);
  });
});
