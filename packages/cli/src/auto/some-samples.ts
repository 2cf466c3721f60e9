import type { OpenedSamples } from '../samples/opened.ts';

/** Fewer are not divided: either part would say too little. */
const LEAST_TO_DIVIDE = 8;
/** One of so many judges. */
const EVERY = 3;

/** Samples that calibrate while settings are tried, and samples that judge. */
export interface Divided {
  readonly calibrating: OpenedSamples;
  readonly judging: OpenedSamples;
  /** Whether these are different ones. */
  readonly apart: boolean;
}

/** Sets a third aside, spread over all; few samples do both. */
export function divided(samples: OpenedSamples): Divided {
  if (samples.count < LEAST_TO_DIVIDE) return { calibrating: samples, judging: samples, apart: false };
  const all = Array.from({ length: samples.count }, (_, i) => i);
  const judges = (i: number): boolean => i % EVERY === EVERY - 1;
  return {
    calibrating: someSamples(
      samples,
      all.filter((i) => !judges(i)),
    ),
    judging: someSamples(samples, all.filter(judges)),
    apart: true,
  };
}

/** At most so many of the numbers below `count`, spread over all, ascending. */
export function spread(count: number, most: number): number[] {
  const chosen = Math.min(count, most);
  return Array.from({ length: chosen }, (_, i) => Math.floor((i * count) / chosen));
}

/** Some samples of a set, in that order. */
export function someSamples(samples: OpenedSamples, chosen: readonly number[]): OpenedSamples {
  const { name, shapes, load, hashes } = samples;
  return {
    ...samples,
    count: chosen.length,
    names: chosen.map((i) => samples.names[i]!),
    ...(hashes && { hashes: chosen.map((i) => hashes[i]!) }),
    ...(name && { name: (i: number) => name.call(samples, chosen[i]!) }),
    ...(shapes && { shapes: (i: number) => shapes.call(samples, chosen[i]!) }),
    load: (i) => load.call(samples, chosen[i]!),
  };
}
