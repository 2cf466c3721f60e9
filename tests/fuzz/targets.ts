import { config } from './config-target.ts';
import { readCorpus } from './corpus.ts';
import { undocumented } from './documented.ts';
import { modelTargets } from './model-targets.ts';
import { type Random, randomFor } from './random.ts';
import { images, samples } from './sample-targets.ts';

/** What is fed with damaged input; it says how far that got. */
type Target = (random: Random) => string | Promise<string>;

/** What came of an input. */
export interface Fuzzed {
  /** How far it got, or the class of the error. */
  readonly outcome: string;
  /** What is wrong: an error that is not documented, and where it was thrown. */
  readonly failure?: string;
}

export interface Fuzzer {
  readonly names: readonly string[];
  run(target: string, index: number): Promise<Fuzzed>;
}

/** Readers of samples leave it to their caller to name the file. */
const PLAIN_ERRORS: readonly string[] = ['samples', 'images'];

/** @param examples the folder `examples` of the repository */
export function createFuzzer(examples: string): Fuzzer {
  const targets: Readonly<Record<string, Target>> = {
    ...modelTargets(readCorpus(examples)),
    config,
    samples,
    images,
  };
  return {
    names: Object.keys(targets),
    async run(target, index) {
      try {
        return { outcome: await targets[target]!(randomFor(target, index)) };
      } catch (error) {
        const problem = undocumented(error, PLAIN_ERRORS.includes(target));
        const outcome = error instanceof Error ? error.name : 'thrown';
        if (problem === undefined) return { outcome };
        const stack = error instanceof Error ? (error.stack ?? '') : '';
        const where = stack
          .split('\n')
          .filter((line) => line.startsWith('    at '))
          .slice(0, 6);
        const cause =
          error instanceof Error && error.cause instanceof Error ? `\n  cause: ${error.cause.stack}` : '';
        return { outcome, failure: `${problem}\n${where.join('\n')}${cause}` };
      }
    },
  };
}
