import type { SampleGroup } from '../samples.ts';

/** More samples than this are taken together: how far so many parts differ says enough of how far samples do. */
const MOST_PARTS = 256;

/**
 * Which samples are taken together: each is a part of its own, or some are that run one after the other. Those of one shape run first, then
 * those of the next: parts follow this order, so that few of them are begun at a time, whatever the order of the samples is.
 */
export class SampleParts {
  readonly #perPart: number;
  /** By sample its place in the order in which they run; none where each is a part of its own. */
  readonly #places: ReadonlyMap<number, number> | undefined;
  readonly #total: number;

  /** @param groups all samples, in the order in which they run */
  constructor(groups: readonly Pick<SampleGroup, 'samples'>[]) {
    const order = groups.flatMap(({ samples }) => samples);
    this.#total = order.length;
    this.#perPart = Math.max(1, Math.ceil(order.length / MOST_PARTS));
    this.#places = this.#perPart > 1 ? new Map(order.map((sample, place) => [sample, place])) : undefined;
  }

  /** Parts of single samples are in the order of these, others in that in which they run. */
  partOf(sample: number): number {
    return Math.floor((this.#places?.get(sample) ?? sample) / this.#perPart);
  }

  /** How many samples a part has. */
  sizeOf(part: number): number {
    return this.#places === undefined ? 1 : Math.min(this.#perPart, this.#total - part * this.#perPart);
  }
}
