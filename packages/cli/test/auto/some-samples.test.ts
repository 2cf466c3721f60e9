import { expect, it } from 'vitest';
import { divided, someSamples, spread } from '../../src/auto/some-samples.ts';
import type { OpenedSamples } from '../../src/samples/opened.ts';

const samples = (count: number): OpenedSamples => ({
  count,
  names: Array.from({ length: count }, (_, i) => `${i}.png`),
  files: [],
  skipped: [],
  unused: 0,
  warnings: [],
  hashes: Array.from({ length: count }, (_, i) => `hash ${i}`),
  name: (i) => `${i}.png`,
  shapes: (i) => new Map([['in', [1, i]]]),
  load: async (i) => new Map([['in', Float32Array.of(i)]]),
});

it('a third judges, the others calibrate, and together they are all', () => {
  const { calibrating, judging, apart } = divided(samples(10));
  expect(apart).toBe(true);
  expect(judging.names).toEqual(['2.png', '5.png', '8.png']);
  expect([...calibrating.names, ...judging.names].sort()).toEqual(samples(10).names);
});

it('few samples do both', () => {
  const few = samples(7);
  expect(divided(few)).toEqual({ calibrating: few, judging: few, apart: false });
});

it('a part has the names, shapes, hashes and content of its samples', async () => {
  const part = someSamples(samples(5), [3, 1]);
  expect([part.count, part.names, part.hashes]).toEqual([2, ['3.png', '1.png'], ['hash 3', 'hash 1']]);
  expect([part.name!(0), part.shapes!(1).get('in')]).toEqual(['3.png', [1, 1]]);
  expect((await part.load(0)).get('in')).toEqual(Float32Array.of(3));
});

it('spreads over all', () => {
  expect(spread(10, 3)).toEqual([0, 3, 6]);
  expect(spread(3, 10)).toEqual([0, 1, 2]);
  expect(spread(0, 3)).toEqual([]);
});
