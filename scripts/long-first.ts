import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node';

/**
 * The order of test files in which no worker is left with a long one while the others have nothing to do: `names` first, in
 * their order, then the others as vitest has them. On a fresh checkout vitest knows no times and takes large files for
 * long ones.
 *
 * @param names ends of paths, without `.test.ts`
 */
export function longFirst(names: readonly string[]): TestSequencerConstructor {
  const rank = ({ moduleId }: TestSpecification): number => {
    const path = moduleId.replaceAll('\\', '/');
    const found = names.findIndex((name) => path.endsWith(`/${name}.test.ts`));
    return found === -1 ? names.length : found;
  };
  return class extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
      return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
    }
  };
}
