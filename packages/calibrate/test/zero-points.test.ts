import { describe, expect, it } from 'vitest';
import { featureSolvers, findsZeroPoints } from '../src/index.ts';

describe('findsZeroPoints', () => {
  it('is so with EMA whatever is asked, with others where it is', () => {
    expect([undefined, false, true].map((asked) => findsZeroPoints('EMA', asked))).toEqual([
      true,
      true,
      true,
    ]);
    for (const method of [
      ...(Object.keys(featureSolvers) as (keyof typeof featureSolvers)[]),
      'AUTO',
    ] as const)
      expect([undefined, false, true].map((asked) => findsZeroPoints(method, asked))).toEqual([
        false,
        false,
        true,
      ]);
  });
});
