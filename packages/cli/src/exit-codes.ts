/** Exit codes of the command. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  /** All went well, but what was asked for does not hold: a bound of `compare`, a finding of `doctor`. */
  missed: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
