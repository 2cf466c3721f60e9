import { createPlan, createReferenceBackend, execute, type Sample } from '@mnnquant/graph';
import { createTable } from '@mnnquant/mnn-format';
import { expect, it } from 'vitest';
import { withRoundedCopies } from '../../src/ema/rounded-copies.ts';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf } from '../rewrite/plans.ts';

/** a, b → sum (float) → conv → second sum (float) of both. */
function residual() {
  const net = new NetBuilder();
  const input = net.input([1, 4, 3, 3]);
  const sum = (left: number, right: number) =>
    net.op('Eltwise', [left, right], { type: 'Eltwise', value: createTable('Eltwise', { type: 1 }) });
  const a = net.convolution(input, { inputs: 4, outputs: 4 }, 'a');
  const b = net.convolution(input, { inputs: 4, outputs: 4 }, 'b');
  const first = sum(a, b);
  const c = net.convolution(first, { inputs: 4, outputs: 4 }, 'c');
  const second = sum(first, c);
  const d = net.convolution(second, { inputs: 4, outputs: 4 }, 'd');
  const plan = planOf(net.build([d]));
  const { nodes, tensors } = int8Candidates(plan.graph, plan, { asymmetric: true });
  const rounded = new Map([...tensors].map((tensor) => [tensor, true]));
  return { plan, nodes, rounded, input, a, first, second, c };
}

it('copies what float and int8 ops read of a float op, for int8', () => {
  const { plan, nodes, rounded, first, second, c } = residual();
  const { graph, copies } = withRoundedCopies(plan.graph, nodes, rounded);
  expect([...copies.values()]).toEqual([first]);
  const [copy] = copies.keys();
  const reads = (name: string) => graph.nodes.find((node) => node.name === name)!.inputs;
  expect(reads('c')).toEqual([copy]);
  expect(graph.producer.get(second)!.inputs).toEqual([first, c]);
  expect(graph.consumers.get(first)!.map((node) => node.outputs[0])).toEqual([copy, second]);
  expect(reads('d')).toEqual([second]);
});

it('computes the same', async () => {
  const { plan, nodes, rounded } = residual();
  const { graph } = withRoundedCopies(plan.graph, nodes, rounded);
  const sample: Sample = new Map([['input', Float32Array.from({ length: 36 }, (_, i) => Math.sin(i))]]);
  const run = async (of: typeof plan) => (await execute(of, createReferenceBackend(), [sample])).outputs;
  expect(await run(createPlan(graph))).toEqual(await run(plan));
});

it('leaves a graph alone that needs none', () => {
  const { plan, nodes } = residual();
  const result = withRoundedCopies(plan.graph, nodes, new Map());
  expect(result).toEqual({ graph: plan.graph, copies: new Map() });
  expect(result.graph).toBe(plan.graph);
});
