import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { undocumented } from './documented.ts';
import { createFuzzer } from './targets.ts';

/** `pnpm fuzz` takes more than 100,000 in all, under limits of memory and time. */
const INPUTS = 150;

const fuzzer = createFuzzer(fileURLToPath(new URL('../../examples', import.meta.url)));

describe('damaged input ends in a documented error or is taken', () => {
  it.each(fuzzer.names)('%s', async (target) => {
    const failures: string[] = [];
    const outcomes = new Set<string>();
    for (let index = 0; index < INPUTS; index++) {
      const { outcome, failure } = await fuzzer.run(target, index);
      outcomes.add(outcome);
      if (failure !== undefined) failures.push(`${target} ${index}: ${failure}`);
    }
    expect(failures).toEqual([]);
    // Inputs that all end alike would test little.
    expect(outcomes.size).toBeGreaterThanOrEqual(target === 'noise' ? 1 : 3);
  });

  it('is the same at every run', async () => {
    const run = async () => Promise.all(fuzzer.names.map((name) => fuzzer.run(name, 7)));
    expect(await run()).toEqual(await run());
  });
});

describe('what counts as documented', () => {
  it.each<[string, unknown, boolean]>([
    ['what JavaScript throws', new TypeError('Cannot read properties of undefined'), true],
    ['the same in a plain error', new Error('x: Cannot read properties of undefined'), true],
    ['a plain error where a class is promised', new Error('the file is damaged here'), false],
    ['an error without words', new Error(''), true],
    ['what is no error', 'text', true],
  ])('%s does not', (_, error, plain) => {
    expect(undocumented(error, plain)).toBeDefined();
  });
});
