import { beforeAll, describe, expect, test } from 'vitest';
import { GOLDEN } from '../../graph/test/golden/index.ts';
import { GOLDEN_BOUND, recordedAnswers, relativeError, runAlone } from '../../graph/test/golden/judge.ts';
import { type CpuBackend, createCpuBackend } from '../src/node.ts';

let backend: CpuBackend;
beforeAll(async () => {
  backend = await createCpuBackend();
});

describe('kernels answer what MNN answered', () => {
  for (const [name, cases] of Object.entries(GOLDEN)) {
    const answers = recordedAnswers(name);
    for (const item of cases)
      test(`${name}: ${item.title}`, async () => {
        const outputs = await runAlone(item, cases, backend);
        const expected = answers[item.title];
        expect(outputs.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
        for (const [k, { data }] of outputs.entries())
          expect(relativeError(data, expected[k].data)).toBeLessThanOrEqual(item.tolerance ?? GOLDEN_BOUND);
      });
  }
});
