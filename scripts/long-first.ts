import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSequencerConstructor, type TestSpecification } from 'vitest/node';

/**
 * The order of test files in which no worker is left with a long one while the others have nothing to do: `names` first, in
 * their order, then the others as vitest has them. On a fresh checkout vitest knows no times and takes large files for
 * long ones.
 *
 * @param folder what the names begin in
 * @param names paths of the files, without `.test.ts`
 * @throws where there is no such file, also on a run of other files
 */
export function longFirst(folder: string, names: readonly string[]): TestSequencerConstructor {
  const missing = names.filter((name) => !existsSync(join(folder, `${name}.test.ts`)));
  if (missing.length > 0)
    throw new Error(
      `LONG names test files that are not in ${folder}: ${missing.join(', ')}; change the names with the files`,
    );
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
