import type { Subcommand } from './subcommand.ts';

/** What `mnnquant` can do besides quantizing, in the order of the help. */
export const SUBCOMMANDS: readonly Subcommand[] = [];
