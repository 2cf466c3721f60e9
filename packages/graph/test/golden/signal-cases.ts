import { type GoldenCase, type GoldenInput, input, main, scalar } from './golden-case.ts';

function stft(title: string, signal: GoldenInput, step: number, length: number, abs: boolean): GoldenCase {
  return {
    title: `Stft, ${title}`,
    type: 'Stft',
    main: main('StftParam', { abs }),
    inputs: [signal, scalar(step), input([length])],
    // Where the length is no power of two, MNN rounds three transforms one after the other to single precision.
    ...(!Number.isInteger(Math.log2(length)) && { tolerance: 1e-5 }),
  };
}

function histogram(
  title: string,
  x: GoldenInput,
  [bins, min, max]: readonly [number, number, number],
  axis = -1,
): GoldenCase {
  return {
    title: `Histogram, ${title}`,
    type: 'Histogram',
    main: main('ArgMax', { outMaxVal: bins, softmaxThreshold: min, topK: max, axis }),
    inputs: [x],
  };
}

const whole = (...shape: number[]): GoldenInput => ({ shape, dtype: 'int32' });

export const SIGNALS: readonly GoldenCase[] = [
  stft('real, half of 8', input([2, 20]), 4, 8, true),
  stft('real, all of 8, last extent 1', input([2, 20, 1]), 3, 8, false),
  stft('real, half of 7', input([1, 23]), 5, 7, true),
  stft('real, all of 12', input([2, 30, 1]), 6, 12, false),
  stft('complex, all of 16', input([1, 40, 2]), 8, 16, false),
  stft('complex, half of 16', input([2, 40, 2]), 7, 16, true),
  stft('complex, all of 6', input([1, 17, 2]), 4, 6, false),
  stft('one frame', input([1, 9]), 3, 9, true),
  stft('one sample', input([2, 3]), 1, 1, true),
  histogram('all floats', input([3, 5, 4]), [6, -2, 2]),
  histogram('some floats', input([4, 9]), [5, -1, 1]),
  histogram('one channel', input([3, 4, 3]), [4, -2, 2], 1),
  histogram('one bin', input([7]), [1, 0, 2]),
  histogram('whole numbers', whole(5, 6), [4, -6, 6]),
  histogram('whole numbers, one channel', whole(4, 4, 2), [7, -3, 4], 1),
  histogram('edges of bins', { shape: [9], data: [0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, -0.001] }, [6, 0, 3]),
];
