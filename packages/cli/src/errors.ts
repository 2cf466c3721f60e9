/** The command line or the config file is wrong: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The work itself failed: exit code 1. */
export class QuantizeError extends Error {
  override name = 'QuantizeError';
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
