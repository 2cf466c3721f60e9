import type { AutoTarget } from './options.ts';
import type { Trial } from './trials.ts';

/** What misses the target least, of what was judged by most samples. */
export function nearest(trials: readonly Trial[], target: AutoTarget): Trial {
  const most = Math.max(...trials.map(({ verdict }) => verdict.samples));
  return trials
    .filter(({ verdict }) => verdict.samples === most)
    .reduce((best, one) => (shortfall(one, target) < shortfall(best, target) ? one : best));
}

/** By how much a target is missed; the error of the outputs decides between equals. */
function shortfall({ verdict }: Trial, { maxDrop }: AutoTarget): number {
  const { accuracy, error } = verdict;
  const drop =
    maxDrop === undefined || !accuracy ? 0 : Math.max(0, accuracy.a.top1 - accuracy.b.top1 - maxDrop / 100);
  return drop * 1e6 + error;
}
