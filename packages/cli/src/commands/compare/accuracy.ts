import type { TensorData } from '@mnnquant/graph';
import { TOP } from './output-tally.ts';
import { rankClasses } from './ranking.ts';

/** Shares of the labelled samples. */
export interface Accuracy {
  readonly top1: number;
  /** None for at most five classes. */
  readonly top5?: number;
}

/** Counts how often a network is right. */
export class AccuracyTally {
  readonly #classes: number;
  #samples = 0;
  #first = 0;
  #among = 0;
  /** Right if the label were one less or one more. */
  readonly #shifted = { less: 0, more: 0 };

  constructor(classes: number) {
    this.#classes = classes;
  }

  /** @param label index of the right class in `scores` */
  add(scores: TensorData, label: number): void {
    const { best } = rankClasses(scores, TOP);
    this.#samples++;
    if (best[0] === label) this.#first++;
    if (best[0] === label - 1) this.#shifted.less++;
    if (best[0] === label + 1) this.#shifted.more++;
    if (best.includes(label)) this.#among++;
  }

  get result(): Accuracy {
    const share = (count: number): number => count / this.#samples;
    return { top1: share(this.#first), ...(this.#classes > TOP && { top5: share(this.#among) }) };
  }

  /**
   * By how much the labels seem to be off: networks with a class for "background" count from it, label files do not.
   * `undefined` where they are right, or nothing better is known.
   */
  get likelyOffset(): -1 | 1 | undefined {
    const { less, more } = this.#shifted;
    const better = (count: number): boolean => count > 3 * this.#first && count >= this.#samples / 4;
    if (better(more)) return 1;
    return better(less) ? -1 : undefined;
  }
}
