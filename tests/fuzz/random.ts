/** 32-bit numbers that are likely to break a check. */
const EXTREMES = [
  0, 1, 2, 3, 4, 7, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff,
];

/** Choices that a seed fixes. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** mulberry32, a public-domain generator of 32-bit numbers. */
  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** A whole number from 0 to `below - 1`; 0 where nothing is below. */
  below(below: number): number {
    return below < 1 ? 0 : this.#next() % below;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  extreme(): number {
    return this.pick(EXTREMES);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

/** The generator of one input: neighbours have nothing in common. */
export function randomFor(target: string, index: number): Random {
  let seed = 2166136261;
  for (const character of `${target} ${index}`) seed = Math.imul(seed ^ character.charCodeAt(0), 16777619);
  return new Random(seed);
}
