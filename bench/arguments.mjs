/** Wrong arguments or a missing part of the set-up; the exit code is 2. */
export class UsageError extends Error {}

/** A whole number from 1, as an option's text has it. */
export function wholeNumber(option, text) {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${option}: expected a whole number from 1, got "${text}"`);
  return value;
}
