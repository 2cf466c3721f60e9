import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupTies } from '../src/ties/tie-groups.ts';
import { planTies } from '../src/ties/tie-plan.ts';
import { UnionFind } from '../src/ties/union-find.ts';
import { everything, type SmallGraph, smallPlan } from './small-graph.ts';

function groupsOf(
  small: SmallGraph,
  { float = [], ranges = {}, ratio = Number.POSITIVE_INFINITY }: Partial<GroupCase> = {},
) {
  const plan = smallPlan(small);
  const candidates = everything(plan, float);
  const ties = planTies(plan.graph, candidates);
  return groupTies(candidates.tensors, ties, (tensor) => ranges[tensor] ?? 1, { maxRangeRatio: ratio });
}

interface GroupCase {
  readonly float: readonly number[];
  readonly ranges: Readonly<Record<number, number>>;
  readonly ratio: number;
}

/** Two convolutions into a Concat, a Reshape behind it, and a convolution that reads that. */
const branches: SmallGraph = {
  inputs: [0],
  outputs: [5],
  nodes: [
    { type: 'Convolution', inputs: [0], outputs: [1] },
    { type: 'Convolution', inputs: [0], outputs: [2] },
    { type: 'Concat', inputs: [1, 2], outputs: [3] },
    { type: 'Reshape', inputs: [3, -1], outputs: [4] },
    { type: 'Convolution', inputs: [4], outputs: [5] },
  ],
};

const relu: SmallGraph = {
  inputs: [0],
  outputs: [3],
  nodes: [
    { type: 'Convolution', inputs: [0], outputs: [1] },
    { type: 'ReLU', inputs: [1], outputs: [2], main: { type: 'Relu', value: { slope: 0 } } },
    { type: 'Convolution', inputs: [2], outputs: [3] },
  ],
};

describe('tie groups', () => {
  it('follow copies in both directions and count only what is computed', () => {
    expect(groupsOf(branches).groups).toEqual([
      { id: 0, members: [0], sources: [0] },
      { id: 1, members: [1, 2, 3, 4], sources: [1, 2] },
      { id: 5, members: [5], sources: [5] },
    ]);
  });

  it('end at a copy that runs in float, whose result is then seen for itself', () => {
    expect(groupsOf(branches, { float: [3] }).groups).toEqual([
      { id: 0, members: [0], sources: [0] },
      { id: 1, members: [1, 2, 3], sources: [1, 2] },
      { id: 4, members: [4], sources: [4] },
      { id: 5, members: [5], sources: [5] },
    ]);
  });

  it('take what comes out of a ReLU, not what goes in', () => {
    expect(groupsOf(relu).groups[1]).toEqual({ id: 1, members: [1, 2], sources: [2] });
  });

  it('take what goes into a ReLU where something else reads it too', () => {
    const shared = {
      ...relu,
      nodes: [...relu.nodes, { type: 'Convolution', inputs: [1], outputs: [4] } as const],
    };
    expect(groupsOf(shared).groups[1]).toEqual({ id: 1, members: [1, 2], sources: [1] });
    expect(groupsOf({ ...relu, outputs: [1, 3] }).groups[1]).toEqual({
      id: 1,
      members: [1, 2],
      sources: [1],
    });
  });

  it('do not join the two sides of a leaky ReLU', () => {
    const [conv1, , conv2] = relu.nodes;
    const leaky = { ...relu.nodes[1], main: { type: 'Relu', value: { slope: 0.1 } } };
    const nodes = [conv1, leaky, conv2] as SmallGraph['nodes'];
    expect(groupsOf({ ...relu, nodes }).groups.every((group) => group.members.length === 1)).toBe(true);
  });

  it('see through a Concat that a ReLU follows', () => {
    const nodes: SmallGraph['nodes'] = [
      ...branches.nodes.slice(0, 3),
      { type: 'ReLU', inputs: [3], outputs: [4] },
      { type: 'Convolution', inputs: [4], outputs: [5] },
    ];
    expect(groupsOf({ ...branches, nodes }).groups[1]).toEqual({
      id: 1,
      members: [1, 2, 3, 4],
      sources: [4],
    });
  });

  it('break at a Concat whose branches are too far apart, and say so', () => {
    const { groups, broken } = groupsOf(branches, { ranges: { 1: 1, 2: 100 }, ratio: 50 });
    expect(broken).toEqual([{ node: 2, name: 'Concat_2', ratio: 100 }]);
    expect(groups).toEqual([
      { id: 0, members: [0], sources: [0] },
      { id: 1, members: [1], sources: [1] },
      { id: 2, members: [2], sources: [2] },
      { id: 3, members: [3, 4], sources: [1, 2] },
      { id: 5, members: [5], sources: [5] },
    ]);
    expect(groupsOf(branches, { ranges: { 1: 1, 2: 100 } }).broken).toEqual([]);
  });
});

describe('UnionFind', () => {
  it('names a set by its smallest member, whatever the order of unions', () => {
    const pairs = fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 30 });
    fc.assert(
      fc.property(pairs, (edges) => {
        const forward = new UnionFind();
        const backward = new UnionFind();
        for (const [a, b] of edges) forward.union(a, b);
        for (const [a, b] of [...edges].reverse()) backward.union(b, a);
        for (let i = 0; i <= 20; i++) {
          expect(forward.find(i)).toBe(backward.find(i));
          expect(forward.find(i)).toBeLessThanOrEqual(i);
        }
        for (const [a, b] of edges) expect(forward.find(a)).toBe(forward.find(b));
      }),
    );
  });
});
