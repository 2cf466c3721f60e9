import { createReferenceBackend } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { GOLDEN } from './golden/index.ts';
import { GOLDEN_BOUND, recordedAnswers, relativeError, runAlone } from './golden/judge.ts';

const backends = {
  float32: createReferenceBackend(),
  float64: createReferenceBackend({ precision: 'float64' }),
};

for (const [name, cases] of Object.entries(GOLDEN)) {
  const answers = recordedAnswers(name);
  describe(`what MNN answered: ${name}`, () => {
    for (const item of cases) {
      for (const [precision, backend] of Object.entries(backends)) {
        it(`${item.title}, ${precision}`, async () => {
          const outputs = await runAlone(item, cases, backend);
          const expected = answers[item.title];
          expect(outputs.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
          for (const [k, { data }] of outputs.entries())
            expect(relativeError(data, expected[k].data)).toBeLessThanOrEqual(item.tolerance ?? GOLDEN_BOUND);
        });
      }
    }
  });
}
