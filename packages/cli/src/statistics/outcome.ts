/** What was done with statistics. */
export type StatisticsOutcome =
  /** Written to this file, of so many bytes. */
  | { readonly saved: string; readonly bytes: number }
  /** Taken from this file. */
  | { readonly reused: string };

/** A line for a person. */
export function statisticsLines(outcome: StatisticsOutcome | undefined): string[] {
  if (outcome === undefined) return [];
  if ('reused' in outcome) return [`Statistics  reused from ${outcome.reused}`];
  return [`Statistics  saved for runs with --load-stats: ${outcome.saved}`];
}
