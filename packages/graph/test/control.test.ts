import { buildGraph, createPlan, execute } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { CONTROL_NETS } from './golden/control-nets.ts';
import { DATA_SHAPE_NETS } from './golden/data-shape-nets.ts';
import { LIST_NETS } from './golden/list-nets.ts';
import type { ControlNet } from './golden/net-parts.ts';
import { countingBackend } from './support/counting-backend.ts';

/** Two samples at once; also checks that the backend gets all its tensors back. */
async function run({ net, feeds }: ControlNet) {
  const sample = new Map(
    Object.entries(feeds).map(([name, { data, whole }]) => [
      name,
      whole ? Int32Array.from(data) : Float32Array.from(data),
    ]),
  );
  const backend = countingBackend();
  const { outputs } = await execute(createPlan(buildGraph(net)), backend, [sample, sample]);
  expect(backend.live.size).toBe(0);
  return outputs.map((output) =>
    Object.fromEntries([...output].map(([name, { shape, data }]) => [name, { shape, data: [...data] }])),
  );
}

describe('control flow', () => {
  it.each(Object.entries({ ...CONTROL_NETS, ...DATA_SHAPE_NETS, ...LIST_NETS }))('%s', async (_, item) => {
    const wanted = Object.fromEntries(
      Object.entries(item.expected).map(([name, { shape, data }]) => [name, { shape, data }]),
    );
    expect(await run(item)).toEqual([wanted, wanted]);
  });
});
