import { readFileSync } from 'node:fs';
import { buildGraph, createPlan, execute, type HostTensor, type TensorBackend } from '@mnnquant/graph';
import type { GoldenCase } from './golden-case.ts';
import { goldenModel } from './golden-model.ts';
import type { GoldenAnswers } from './index.ts';

/** MNN's answers are float32, recorded with seven digits. */
export const GOLDEN_BOUND = 2e-6;

/** What MNN answered to the cases of that name. */
export function recordedAnswers(name: string): GoldenAnswers {
  return JSON.parse(readFileSync(new URL(`./generated/${name}.json`, import.meta.url), 'utf8'));
}

/** The case cut out of the model that all cases were recorded with, so that it has the same numbers. */
export async function runAlone(
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

/** Relative to the largest finite value; infinite where one of the two is no number or has no end, or there are more. */
export function relativeError(actual: ArrayLike<number>, expected: readonly (number | string)[]): number {
  if (actual.length !== expected.length) return Infinity;
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
