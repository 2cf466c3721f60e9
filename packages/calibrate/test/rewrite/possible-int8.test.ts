import { describe, expect, it } from 'vitest';
import { int8Candidates, possibleInt8 } from '../../src/rewrite/candidates.ts';
import { planScales } from '../../src/solve-scales.ts';
import { savedTensors } from '../../src/statistics/what-to-save.ts';
import { planOf } from './plans.ts';
import { choicesOf, SKIPPED_NETS } from './skipped-nets.ts';

describe('what some choice of skipped ops can bring into int8', () => {
  it.each(SKIPPED_NETS)('has all that any choice does: $title', ({ ops, build }) => {
    const plan = planOf(build());
    const [possible, saved] = [possibleInt8(plan), savedTensors(plan)];
    for (const skipped of choicesOf(ops))
      for (const asymmetric of [true, false]) {
        const skip = ({ name }: { readonly name: string }): boolean => skipped.includes(name);
        const candidates = int8Candidates(plan.graph, plan, { asymmetric, skip });
        const { tensors, ties } = planScales(plan, candidates);
        const sources = [...tensors].flatMap((tensor) => [
          ...ties.sources(tensor),
          ...ties.producers(tensor),
        ]);
        const missing = [...tensors, ...sources].filter((tensor) => !saved.has(tensor));
        expect([skipped, missing]).toEqual([skipped, []]);
        const convolutions = plan.steps.filter(
          ({ node }) =>
            node.source.main?.type === 'Convolution2D' && candidates.nodes.get(node.index) === 'int8',
        );
        for (const { node } of convolutions) expect(possible.nodes.get(node.index)).toBe('int8');
      }
  });

  it('is more than where nothing is skipped: what an op must not run in takes others with it', () => {
    const net = SKIPPED_NETS.find(({ title }) => title.startsWith('two convolutions less'))!;
    const plan = planOf(net.build());
    const plain = int8Candidates(plan.graph, plan).tensors;
    const wider = choicesOf(net.ops).filter((skipped) => {
      const now = int8Candidates(plan.graph, plan, { skip: ({ name }) => skipped.includes(name) }).tensors;
      return [...now].some((tensor) => !plain.has(tensor));
    });
    expect(wider.length).toBeGreaterThan(0);
  });
});
