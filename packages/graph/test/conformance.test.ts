import { createReferenceBackend, OPS } from '@mnnquant/graph';
import { conformanceCases, usualSizeCases } from '@mnnquant/graph/conformance';
import { OpType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';

describe('conformance cases', () => {
  const backend = createReferenceBackend();

  for (const item of [...conformanceCases(), ...usualSizeCases()]) {
    it(`${item.op}: ${item.title}`, async () => {
      const result = await item.run(backend);
      expect(result!.relativeError).toBeLessThanOrEqual(1e-6);
      expect(result!.exactWhereNeeded).toBe(true);
    });
  }

  it('every op has cases, a name and types of its own', () => {
    // Ops that run subgraphs have tests of their own, control.test.ts.
    expect(OPS.filter(({ cases, control }) => cases().length === 0 && !control)).toEqual([]);
    const names = OPS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    const types = OPS.flatMap(({ opTypes }) => opTypes);
    expect(new Set(types).size).toBe(types.length);
    expect(OPS.filter(({ name }) => !(name in OpType))).toEqual([]);
  });
});
