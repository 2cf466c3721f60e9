import { OPS } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { DEMANDS } from './demands.ts';
import { EXEMPT } from './exempt.ts';
import { gapsOf } from './gaps.ts';
import { testedCases } from './tested.ts';

describe('the cases of each op, together with those that MNN answered, leave nothing out', () => {
  for (const definition of OPS)
    it(definition.name, () => {
      const demand = DEMANDS[definition.name];
      expect(demand, 'say in demands.ts what the cases of this op must show').toBeDefined();
      const gaps = gapsOf(demand, testedCases(definition));
      expect(gaps.sort()).toEqual(Object.keys(EXEMPT[definition.name] ?? {}).sort());
    });

  it('nothing is demanded of, or granted to, an op that there is not', () => {
    const names = OPS.map(({ name }) => name);
    expect([...Object.keys(DEMANDS), ...Object.keys(EXEMPT)].filter((name) => !names.includes(name))).toEqual(
      [],
    );
  });
});
