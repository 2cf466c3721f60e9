import type { ChannelStatistics } from './facts.ts';

interface Layout {
  readonly layout: 'NCHW' | 'NHWC';
  readonly width: number;
  readonly height: number;
}

/** Adds up the network's input over images, channel by channel. */
export class InputStatistics {
  readonly #input: Layout | undefined;
  readonly #sums: { count: number; sum: number; squares: number; min: number; max: number }[] = [];

  constructor(input: Layout | undefined) {
    this.#input = input;
  }

  /** @param tensor [C,H,W] or [H,W,C], as the layout says */
  add(tensor: Float32Array): void {
    if (this.#input === undefined) return;
    const { layout, width, height } = this.#input;
    const plane = width * height;
    const channels = tensor.length / plane;
    const [step, next] = layout === 'NHWC' ? [channels, 1] : [1, plane];
    for (let c = 0; c < channels; c++) {
      const one = this.#sums[c] ?? { count: 0, sum: 0, squares: 0, min: Infinity, max: -Infinity };
      this.#sums[c] = one;
      for (let i = 0; i < plane; i++) {
        const value = tensor[c * next + i * step]!;
        one.sum += value;
        one.squares += value * value;
        if (value < one.min) one.min = value;
        if (value > one.max) one.max = value;
      }
      one.count += plane;
    }
  }

  get channels(): ChannelStatistics[] {
    return this.#sums.map(({ count, sum, squares, min, max }) => {
      const mean = sum / count;
      // Of equal values rounding can make a little less than nothing.
      return {
        mean,
        min,
        max,
        deviation: min === max ? 0 : Math.sqrt(Math.max(0, squares / count - mean ** 2)),
      };
    });
  }
}
