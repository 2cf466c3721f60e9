import { auto } from './auto.ts';
import { compare } from './compare.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import { init } from './init.ts';
import { inspect } from './inspect.ts';
import type { Subcommand } from './subcommand.ts';

/** What `mnnquant` can do besides quantizing, in the order of the help. */
// biome-ignore format: one per line
export const SUBCOMMANDS: readonly Subcommand[] = [
  auto,
  compare,
  completion,
  doctor,
  init,
  inspect,
];
