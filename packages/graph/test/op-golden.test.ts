import { readFileSync } from 'node:fs';
import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  execute,
  type HostTensor,
  type TensorBackend,
} from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import type { GoldenCase } from './golden/golden-case.ts';
import { goldenModel } from './golden/golden-model.ts';
import { GOLDEN, type GoldenAnswers } from './golden/index.ts';

/** MNN's answers are float32, recorded with seven digits. */
const BOUND = 2e-6;

const backends = {
  float32: createReferenceBackend(),
  float64: createReferenceBackend({ precision: 'float64' }),
};

for (const [name, cases] of Object.entries(GOLDEN)) {
  const answers: GoldenAnswers = JSON.parse(
    readFileSync(new URL(`./golden/generated/${name}.json`, import.meta.url), 'utf8'),
  );
  describe(`what MNN answered: ${name}`, () => {
    for (const item of cases) {
      for (const [precision, backend] of Object.entries(backends)) {
        it(`${item.title}, ${precision}`, async () => {
          const outputs = await runAlone(item, cases, backend);
          const expected = answers[item.title];
          expect(outputs.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
          for (const [k, { data }] of outputs.entries())
            expect(relativeError(data, expected[k].data)).toBeLessThanOrEqual(item.tolerance ?? BOUND);
        });
      }
    }
  });
}

/** The case cut out of the model that all cases were recorded with, so that it has the same numbers. */
async function runAlone(
  item: GoldenCase,
  cases: readonly GoldenCase[],
  backend: TensorBackend,
): Promise<HostTensor[]> {
  const { net, feeds, outputs } = goldenModel(cases);
  const prefix = `c${cases.indexOf(item)}`;
  const own = (text: string | undefined): boolean =>
    text === prefix || text?.startsWith(`${prefix}_`) === true;
  const names = outputs.get(item.title)!;
  const graph = buildGraph({ ...net, oplists: net.oplists!.filter((op) => own(op.name)), outputName: names });
  const sample = new Map([...feeds].filter(([key]) => own(key)).map(([key, { data }]) => [key, data]));
  const result = await execute(createPlan(graph), backend, [sample]);
  return names.map((output) => result.outputs[0].get(output)!);
}

/** Relative to the largest finite value; infinite where one of the two is no number or has no end. */
function relativeError(actual: ArrayLike<number>, expected: readonly (number | string)[]): number {
  expect(actual.length).toBe(expected.length);
  let largest = 1e-30;
  let worst = 0;
  for (const [i, text] of expected.entries()) {
    const value = Number(text);
    if (Number.isFinite(value)) largest = Math.max(largest, Math.abs(value));
    // A run in double precision has numbers where float32 has none.
    if (Object.is(Math.fround(actual[i]) + 0, Math.fround(value) + 0)) continue;
    const error = Math.abs(actual[i] - value);
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst / largest;
}
