import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';

/** Where MNN and the models to judge are; see CONTRIBUTING.md. */
export interface MnnEnvironment {
  /** A Python with the packages MNN and numpy. */
  readonly python: string;
  /** A Python with an older MNN, to check that written models load there too. */
  readonly oldPython: string | undefined;
  /** Folder with `models/` and `images/`. */
  readonly data: string;
}

/** What is missing for the checks against MNN, in words; `undefined` when nothing is. */
export function missingForMnn(): string | undefined {
  const { MNNQUANT_PYTHON: python, MNNQUANT_TEST_DATA: data } = process.env;
  if (!python) return 'MNNQUANT_PYTHON is not set (a Python that has the package MNN)';
  if (!existsSync(python)) return `MNNQUANT_PYTHON: there is no ${python}`;
  if (!data) return 'MNNQUANT_TEST_DATA is not set (a folder with models/ and images/)';
  if (!existsSync(join(data, 'models'))) return `MNNQUANT_TEST_DATA: there is no ${join(data, 'models')}`;
  if (process.env.MNNQUANT_REQUIRE_MNN === '1' && !process.env.MNNQUANT_OLD_PYTHON)
    return 'MNNQUANT_OLD_PYTHON is not set';
  return undefined;
}

/** The environment; call it only inside {@link describeWithMnn}. */
export function mnnEnvironment(): MnnEnvironment {
  const missing = missingForMnn();
  if (missing) throw new Error(missing);
  const python = process.env.MNNQUANT_PYTHON!;
  return {
    python,
    oldPython: process.env.MNNQUANT_OLD_PYTHON || undefined,
    data: process.env.MNNQUANT_TEST_DATA!,
  };
}

/**
 * `describe` for checks against MNN. Where MNN or the models are missing the block is skipped and
 * the title says why; with `MNNQUANT_REQUIRE_MNN=1` (as in CI) that is a failure instead.
 */
export function describeWithMnn(title: string, body: (environment: MnnEnvironment) => void): void {
  const missing = missingForMnn();
  if (missing === undefined) {
    describe(title, () => body(mnnEnvironment()));
    return;
  }
  if (process.env.MNNQUANT_REQUIRE_MNN === '1') throw new Error(`checks against MNN cannot run: ${missing}`);
  describe.skip(`${title} [skipped: ${missing}]`, () => body({ python: '', oldPython: undefined, data: '' }));
}
