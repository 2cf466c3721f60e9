import type { FeatureStatistics } from './feature-solver.ts';

/** What a reader should know of values that are in no distribution. */
export function nonFiniteNotes({ finite, nonFinite }: FeatureStatistics): string[] {
  if (nonFinite === 0) return [];
  return [`${nonFinite} of ${finite + nonFinite} values were NaN or infinite and left out`];
}

export function joinedNotes(notes: readonly string[]): { note?: string } {
  return notes.length === 0 ? {} : { note: notes.join('; ') };
}
