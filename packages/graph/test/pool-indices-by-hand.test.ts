import { type Pool, PoolType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type GoldenInput, main } from './golden/golden-case.ts';
import { answers, image, tensor } from './support/by-hand.ts';

// MNN 3.6.1 stops at the first row or column of a window that lies in the padding (CPUPool.hpp), and gives the
// indices of NHWC images in its own order, so what ONNX asks for is worked out on paper.
async function expectMaxima(
  input: GoldenInput,
  fields: Partial<Pool>,
  shape: readonly number[],
  maxima: readonly number[],
  places: readonly number[],
): Promise<void> {
  const pool = { kernelX: 2, kernelY: 2, strideX: 2, strideY: 2, ceilModel: false, ...fields };
  const made = await answers({ type: 'Pooling', main: main('Pool', pool), inputs: [input], outputs: 2 });
  expect(made.map((output) => output.shape)).toEqual([shape, shape]);
  expect(made.map(({ data }) => [...data])).toEqual([maxima, places]);
  expect(made[1].dtype).toBe('int32');
}

describe('Maxima and their indices', () => {
  it('are of the pixels alone where a window begins in the padding', () =>
    expectMaxima(
      image(3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9),
      { padX: 1, padY: 1 },
      [1, 1, 2, 2],
      [1, 3, 7, 9],
      [0, 2, 6, 8],
    ));

  it('may be negative next to padding', () =>
    expectMaxima(image(1, 2, -3, -5), { padX: 1, padY: 1 }, [1, 1, 1, 2], [-3, -5], [0, 1]));

  it('point to the first of equals', () => expectMaxima(image(2, 2, 4, 4, 4, 4), {}, [1, 1, 1, 1], [4], [0]));

  it('count pixels of one channel, in NHWC too', () =>
    expectMaxima(tensor([1, 2, 2, 2], [1, 8, 2, 7, 3, 6, 4, 5], 'NHWC'), {}, [1, 1, 1, 2], [4, 8], [3, 0]));

  it('are refused of averages', async () => {
    const item = {
      type: 'Pooling',
      main: main('Pool', { type: PoolType.AVEPOOL, kernelX: 2, kernelY: 2, strideX: 2, strideY: 2 }),
      inputs: [image(2, 2, 1, 2, 3, 4)],
      outputs: 2,
    } as const;
    await expect(answers(item)).rejects.toThrow(/expected one output.*got 2 of kind average/);
  });
});
