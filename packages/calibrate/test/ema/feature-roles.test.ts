import { BinaryOpOperation, createTable, PoolType } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { featureGroups, featureRoles } from '../../src/ema/feature-roles.ts';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { planScales } from '../../src/solve-scales.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf } from '../rewrite/plans.ts';

function rolesOf(body: (net: NetBuilder, a: number, b: number) => number, relu = false) {
  const net = new NetBuilder();
  const input = net.input([1, 16, 8, 8]);
  const spec = { inputs: 16, outputs: 16, relu };
  const a = net.convolution(input, spec, 'a');
  const b = net.convolution(input, spec, 'b');
  const x = body(net, a, b);
  const y = net.convolution(x, { inputs: 16, outputs: 4 }, 'y');
  const plan = planOf(net.build([y]));
  const candidates = int8Candidates(plan.graph, plan, { asymmetric: true });
  const scalePlan = planScales(plan, candidates);
  const groups = featureGroups(scalePlan, candidates);
  return { ...featureRoles(scalePlan, groups), groups, a, b, x, y };
}

const add = (net: NetBuilder, from: readonly number[], activationType: number) => {
  const value = createTable('BinaryOp', { opType: BinaryOpOperation.ADD, activationType });
  return net.op('BinaryOp', from, { type: 'BinaryOp', value });
};

const maximum = createTable('Pool', {
  type: PoolType.MAXPOOL,
  kernelX: 2,
  kernelY: 2,
  strideX: 2,
  strideY: 2,
});

describe('featureRoles', () => {
  it('observes what is computed and joins what only shares a grid', () => {
    const { observed, joined, a, b, x, groups } = rolesOf((net, first, second) => {
      const joint = net.op('Concat', [first, second], {
        type: 'Axis',
        value: createTable('Axis', { axis: 2 }),
      });
      return net.op('Interp', [joint], {
        type: 'Interp',
        value: createTable('Interp', {
          widthScale: 2,
          heightScale: 2,
          resizeType: 2,
          outputWidth: 16,
          outputHeight: 32,
        }),
      });
    });
    expect(observed.has(a) && observed.has(b)).toBe(true);
    expect(observed.has(x)).toBe(false);
    expect(joined.get(x)).toEqual([a, b]);
    expect(groups.find(({ members }) => members.includes(a))?.members).toEqual([a, b, x - 1, x]);
  });

  it('leaves copies of one tensor and what a ReLU reads alone', () => {
    const { observed, joined, a, x } = rolesOf((net, first) => {
      const rectified = net.op('ReLU', [first], { type: 'Relu', value: createTable('Relu', {}) });
      return net.op('Permute', [rectified], {
        type: 'Permute',
        value: createTable('Permute', { dims: Int32Array.of(0, 1, 3, 2) }),
      });
    });
    for (const tensor of [a, x]) expect(observed.has(tensor) || joined.has(tensor)).toBe(false);
    expect(observed.has(x - 1)).toBe(true);
  });

  it('centers where the kernels of MNN need zero point 0', () => {
    const plain = rolesOf((net, a, b) => add(net, [a, b], 0));
    expect(plain.observed.get(plain.x)?.centered).toBe(false);
    const rectified = rolesOf((net, a, b) => add(net, [a, b], 1));
    expect(rectified.observed.get(rectified.x)?.centered).toBe(true);
    expect(rectified.observed.get(rectified.a)?.centered).toBe(false);
    const pooled = rolesOf((net, a) => net.op('Pooling', [a], { type: 'Pool', value: maximum }), true);
    expect(pooled.observed.get(pooled.a)?.centered).toBe(true);
  });

  it('takes the widest range for results only', () => {
    const { observed, a, x, y } = rolesOf((net, first, second) => add(net, [first, second], 0));
    expect([a, x, y].map((tensor) => observed.get(tensor)?.widest)).toEqual([false, false, true]);
  });
});
