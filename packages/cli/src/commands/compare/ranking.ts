import type { TensorData } from '@mnnquant/graph';

/** Classes of a row of scores, the best first. */
export interface Ranking {
  /** At most as many as were asked for; empty where a score is not a number: such a row has no answer. */
  readonly best: readonly number[];
  /** Whether another class has the same score as the first. */
  readonly tied: boolean;
}

/**
 * The classes with the largest scores. Of equal scores the one with the smaller index comes first, as with the usual
 * argmax; int8 outputs have equal ones often.
 */
export function rankClasses(scores: TensorData, count: number): Ranking {
  const best: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i]!;
    if (Number.isNaN(score)) return { best: [], tied: false };
    if (best.length === count && !(score > scores[best.at(-1)!]!)) continue;
    let place = best.length;
    while (place > 0 && score > scores[best[place - 1]!]!) place--;
    best.splice(place, 0, i);
    if (best.length > count) best.pop();
  }
  const top = scores[best[0] ?? -1];
  return { best, tied: scores.filter((score) => score === top).length > 1 };
}
