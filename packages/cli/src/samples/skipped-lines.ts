import type { SkippedFile } from './opened.ts';

/** More than these are counted. */
const SHOWN = 5;

/** What was not read, and why: a line each, the first few. */
export function skippedLines(skipped: readonly SkippedFile[]): string[] {
  const shown = skipped.slice(0, SHOWN).map(({ name, reason }) => `  ${name}: ${reason}`);
  return skipped.length > SHOWN ? [...shown, `  … and ${skipped.length - SHOWN} more`] : shown;
}
