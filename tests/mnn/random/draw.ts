import fc, { type GeneratorValue } from 'fast-check';
import type { GoldenCase, GoldenInput } from '../../../packages/graph/test/golden/golden-case.ts';
import { noise } from '../../../packages/graph/test/golden/golden-case.ts';

/** What a generator makes: one op with its inputs. */
export type RandomCase = Omit<GoldenCase, 'title'>;

/** Chooses an op's attributes and shapes so that MNN accepts them. */
export type Generator = (draw: Draw) => RandomCase;

type Layout = NonNullable<GoldenInput['layout']>;

/** Random choices in the words that ops need. */
export class Draw {
  readonly #value: GeneratorValue;

  constructor(value: GeneratorValue) {
    this.#value = value;
  }

  int(min: number, max: number): number {
    return this.#value(fc.integer, { min, max });
  }

  bool(): boolean {
    return this.#value(fc.boolean);
  }

  pick<T>(...choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)];
  }

  /** A number with few digits, so that texts of it are short. */
  number(min: number, max: number): number {
    return Math.fround(min + ((max - min) * this.int(0, 64)) / 64);
  }

  list(length: number, min: number, max: number): number[] {
    return Array.from({ length }, () => this.int(min, max));
  }

  shape(rank: number, min = 1, max = 5): number[] {
    return this.list(rank, min, max);
  }

  /** Numbers between -2 and 2. */
  floats(count: number): Float32Array {
    return noise(count, this.int(1, 10000));
  }

  /** A tensor of random numbers, under any layout tag where four dimensions allow it. */
  tensor(shape: readonly number[], layout: Layout = 'NCHW'): GoldenInput {
    return { shape, layout };
  }

  /** A batch of images with few channels, as most ops of vision take it. */
  image(options: { channels?: number; min?: number; max?: number; layout?: Layout } = {}): GoldenInput {
    const { channels = this.int(1, 9), min = 1, max = 9, layout = 'NC4HW4' } = options;
    return { shape: [this.int(1, 2), channels, this.int(min, max), this.int(min, max)], layout };
  }

  whole(shape: readonly number[], min: number, max: number): GoldenInput {
    const count = shape.reduce((product, extent) => product * extent, 1);
    return { shape, dtype: 'int32', data: this.list(count, min, max) };
  }

  /** An axis counted from the front or from the end. */
  axis(rank: number): number {
    return this.int(-rank, rank - 1);
  }

  /** The numbers in any order. */
  shuffled<T>(items: readonly T[]): T[] {
    const left = [...items];
    return items.map(() => left.splice(this.int(0, left.length - 1), 1)[0]);
  }

  /** Some of the numbers, in their order; at least one. */
  some<T>(items: readonly T[]): T[] {
    const chosen = items.filter(() => this.bool());
    return chosen.length > 0 ? chosen : [this.pick(...items)];
  }
}

/** Things that a generator makes; the same seed always gives the same ones. */
export function sampled<T>(generator: (draw: Draw) => T, count: number, seed: number): T[] {
  return fc.sample(
    fc.gen().map((value) => generator(new Draw(value))),
    { numRuns: count, seed },
  );
}
