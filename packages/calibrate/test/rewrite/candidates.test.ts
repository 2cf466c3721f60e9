import { buildGraph } from '@mnnquant/graph';
import {
  AvgPoolCountType,
  BinaryOpOperation,
  createTable,
  type MnnModel,
  PoolType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { NetBuilder } from './net-builder.ts';
import { planOf } from './plans.ts';

function candidatesOf(model: MnnModel, skip: readonly string[] = []) {
  const plan = planOf(model);
  return int8Candidates(buildGraph(model), plan, { skip: ({ name }) => skip.includes(name) });
}

/** input 0 → conv 1 → `middle` → conv; gives the id that `middle` gave, too. */
function between(middle: (net: NetBuilder, from: number) => number, side = 4, relu = false) {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, side, side]), { outputs: 8, inputs: 3, relu });
  const tensor = middle(net, first);
  const last = net.convolution(tensor, { outputs: 2, inputs: 8 }, 'last');
  return { ...candidatesOf(net.build([last])), tensor, last };
}

const binary = (opType: number) => (net: NetBuilder, from: number) =>
  net.op('BinaryOp', [from, net.convolution(from, { outputs: 8, inputs: 8 })], {
    type: 'BinaryOp',
    value: createTable('BinaryOp', { opType }),
  });

const pool =
  (type: number, isGlobal = false) =>
  (net: NetBuilder, from: number) =>
    net.op('Pooling', [from], {
      type: 'Pool',
      value: createTable('Pool', { type, isGlobal, kernelX: 2, kernelY: 2, strideX: 2, strideY: 2 }),
    });

describe('int8Candidates', () => {
  it('takes what lies between two convolutions', () => {
    const sum = between(binary(BinaryOpOperation.ADD));
    expect([...sum.nodes.values()]).toEqual(['int8', 'int8', 'int8', 'int8']);
    expect([...sum.tensors].sort()).toEqual([0, 1, 2, 3, 4]);
    const value = createTable('UnaryOp', { opType: UnaryOpOperation.HARDSWISH });
    const swish = between((net, from) => net.op('UnaryOp', [from], { type: 'UnaryOp', value }));
    expect(swish.nodes.get(2)).toBe('int8');
  });

  it('leaves float what leads to outputs only', () => {
    const net = new NetBuilder();
    const first = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
    const { nodes, tensors } = candidatesOf(net.build([binary(BinaryOpOperation.ADD)(net, first)]));
    expect(nodes.get(3)).toEqual({ float: expect.stringContaining('no convolution follows') });
    expect(tensors.has(3)).toBe(false);
  });

  it('says why a convolution stays float', () => {
    const net = new NetBuilder();
    const first = net.convolution(net.input([1, 4, 4, 4]), { outputs: 4, inputs: 4 }, 'skipped');
    const second = net.convolution(first, { outputs: 4, inputs: 4, group: 2 }, 'grouped');
    const third = net.convolution(second, { outputs: 4, inputs: 4, depthwise: true }, 'depthwise');
    const { nodes, tensors } = candidatesOf(net.build([third]), ['skipped']);
    expect(nodes.get(1)).toEqual({ float: 'it is in skip_quant_op_names' });
    expect(nodes.get(2)).toEqual({ float: "MNN's int8 kernel ignores groups" });
    expect(nodes.get(3)).toBe('int8');
    expect([...tensors].sort()).toEqual([2, 3]);
  });

  it('does not scale what a Crop asks for its shape only', () => {
    const net = new NetBuilder();
    const like = net.input([1, 8, 2, 3], undefined, 'like');
    const first = net.convolution(net.input([1, 3, 4, 4]), { outputs: 8, inputs: 3 });
    const value = createTable('Crop', { axis: 2, offset: Int32Array.of(1) });
    const cut = net.op('Crop', [first, like], { type: 'Crop', value }, 'cut');
    const last = net.convolution(cut, { outputs: 2, inputs: 8 });
    const { nodes, tensors } = candidatesOf(net.build([last]));
    expect(nodes.get(3)).toBe('int8');
    expect([...tensors].sort()).toEqual([1, first, cut, last]);
  });

  it('does not scale a constant operand', () => {
    const { nodes, tensors, tensor } = between((net, from) =>
      net.op('BinaryOp', [from, net.constant([1], [0.5])], {
        type: 'BinaryOp',
        value: createTable('BinaryOp', { opType: BinaryOpOperation.MUL }),
      }),
    );
    expect(nodes.get(tensor)).toEqual({ float: 'one of its operands is a constant' });
    expect(tensors.has(tensor - 1)).toBe(false);
    expect(tensors.has(tensor)).toBe(true);
  });

  it.each([
    ['MAXIMUM', BinaryOpOperation.MAXIMUM],
    ['DIV', BinaryOpOperation.DIV],
  ])('keeps one tensor of %s without a scale, at the price of one convolution', (name, opType) => {
    const { nodes, tensors, tensor, last } = between(binary(opType));
    const touched = [1, 2, tensor];
    expect(touched.filter((id) => !tensors.has(id))).toHaveLength(1);
    const floats = [1, 2, last].filter((index) => nodes.get(index) !== 'int8');
    expect(floats).toHaveLength(1);
    expect(nodes.get(floats[0]!)).toEqual({ float: expect.stringMatching(`is beside .*${name}`) });
  });

  it('pools maxima in int8 only where nothing is negative', () => {
    expect(between(pool(PoolType.MAXPOOL), 4, true).apart.size).toBe(0);
    expect(between(pool(PoolType.MAXPOOL), 4, false).apart.get(2)).toMatch(/negative/);
  });

  it('writes a mean of whole planes as such', () => {
    const { nodes, means } = between(pool(PoolType.AVEPOOL, true));
    expect(nodes.get(2)).toEqual({ float: expect.stringContaining('mean of whole planes') });
    expect([...means]).toEqual([2]);
  });

  it('runs a ReLU in int8 where x86 gets all of it right', () => {
    const relu = (net: NetBuilder, from: number) =>
      net.op('ReLU', [from], { type: 'Relu', value: createTable('Relu') });
    expect(between(relu, 4).apart.size).toBe(0);
    // 8 channels of 5 x 5: 200 values, which 16 does not divide
    expect(between(relu, 5).apart.get(2)).toMatch(/multiples of 16/);
  });

  it('asks nothing of integers', () => {
    const net = new NetBuilder();
    const input = net.input([1, 3, 4, 4]);
    const { nodes, tensors } = candidatesOf(net.build([net.op('Shape', [input])]));
    expect(nodes.get(1)).toEqual({ float: expect.any(String) });
    expect(tensors.size).toBe(0);
  });

  it('names the op that hands whole numbers on beside its results', () => {
    const net = new NetBuilder();
    const plan = planOf(net.build([net.op('Sigmoid', [net.input([1, 3, 4, 4])])]));
    // As a While has them: its first state may be a shape.
    const whole = { shape: [4], dtype: 'int32', layout: 'NCHW' } as const;
    const steps = plan.steps.map((step) => ({
      ...step,
      node: { ...step.node, outputs: [9, ...step.node.outputs] },
      outputs: [whole, ...step.outputs],
    }));
    const { nodes } = int8Candidates(plan.graph, { ...plan, steps });
    expect(nodes.get(1)).toEqual({ float: 'MNN runs Sigmoid in float' });
  });
});

describe('int8Candidates with zero points', () => {
  const asymmetric = (model: MnnModel) => {
    const plan = planOf(model);
    return int8Candidates(plan.graph, plan, { asymmetric: true });
  };
  const net = (body: (net: NetBuilder, a: number, b: number) => number, relu = false) => {
    const builder = new NetBuilder();
    const input = builder.input([1, 8, 8, 8]);
    const spec = { inputs: 8, outputs: 8, relu };
    const x = body(builder, builder.convolution(input, spec), builder.convolution(input, spec));
    const model = builder.build([builder.convolution(x, { inputs: 8, outputs: 2 })]);
    return { model, x };
  };
  const sum = (activationType: number) =>
    net((builder, a, b) =>
      builder.op('BinaryOp', [a, b], {
        type: 'BinaryOp',
        value: createTable('BinaryOp', { opType: BinaryOpOperation.ADD, activationType }),
      }),
    );
  const pooled = (table: Parameters<typeof createTable<'Pool'>>[1], relu: boolean) =>
    net((builder, a) => {
      const value = createTable('Pool', { kernelX: 3, kernelY: 3, strideX: 2, strideY: 2, ...table });
      return builder.op('Pooling', [a], { type: 'Pool', value });
    }, relu);

  it('wants zero point 0 where the kernels know no other', () => {
    const rectified = sum(1);
    expect(asymmetric(rectified.model).centered).toEqual(new Set([rectified.x]));
    expect(asymmetric(sum(0).model).centered.size).toBe(0);
    expect(candidatesOf(rectified.model).centered.size).toBe(0);
    // Between scaled tensors it runs in int8 whatever is skipped.
    const { name } = buildGraph(rectified.model).producer.get(rectified.x)!;
    const skipped = int8Candidates(buildGraph(rectified.model), planOf(rectified.model), {
      asymmetric: true,
      skip: (node) => node.name === name,
    });
    expect(skipped.centered).toEqual(new Set([rectified.x]));
    expect(skipped.nodes.get(buildGraph(rectified.model).producer.get(rectified.x)!.index)).not.toBe('int8');
    const maximum = pooled({ type: PoolType.MAXPOOL }, true);
    expect(asymmetric(maximum.model).centered).toEqual(new Set([maximum.x]));
    expect(candidatesOf(maximum.model).centered.size).toBe(0);
  });

  describe('what is skipped behind a sum with ReLU', () => {
    /** conv, conv → sum with ReLU → an op to be skipped → conv. */
    const skipping = (middle: (net: NetBuilder, from: number) => number) => {
      const relu = createTable('BinaryOp', { opType: BinaryOpOperation.ADD, activationType: 1 });
      let sum = 0;
      const { model, x } = net((builder, a, b) => {
        sum = builder.op('BinaryOp', [a, b], { type: 'BinaryOp', value: relu });
        return middle(builder, sum);
      });
      const plan = planOf(model);
      const op = plan.graph.producer.get(x)!;
      const found = int8Candidates(plan.graph, plan, {
        asymmetric: true,
        skip: ({ index }) => index === op.index,
      });
      return { ...found, sum, x, op };
    };

    it('leaves the sum a scale of its own, which the runtime would else hand back to it from behind', () => {
      const dims = Int32Array.of(0, 1, 3, 2);
      const permute = createTable('Permute', { dims });
      const copied = skipping((builder, from) =>
        builder.op('Permute', [from], { type: 'Permute', value: permute }),
      );
      expect([copied.sum, copied.x].map((id) => copied.tensors.has(id))).toEqual([true, true]);
      expect(copied.centered).toEqual(new Set([copied.sum]));
      // Between scales that differ a copy runs in float.
      expect(copied.nodes.get(copied.op.index)).toEqual({ float: 'it is in skip_quant_op_names' });
      const pooled = skipping(pool(PoolType.MAXPOOL));
      expect([pooled.sum, pooled.x].map((id) => pooled.tensors.has(id))).toEqual([true, true]);
      expect(pooled.nodes.get(pooled.op.index)).toEqual({ float: 'it is in skip_quant_op_names' });
      expect(pooled.apart.has(pooled.op.index)).toBe(true);
    });

    it('leaves a copy in float where nothing behind it wants a scale', () => {
      const builder = new NetBuilder();
      const first = builder.convolution(builder.input([1, 8, 8, 8]), { inputs: 8, outputs: 8 });
      const permute = createTable('Permute', { dims: Int32Array.of(0, 1, 3, 2) });
      const last = builder.op('Permute', [first], { type: 'Permute', value: permute }, 'turned');
      const { nodes, tensors } = candidatesOf(builder.build([last]), ['turned']);
      expect(tensors.has(last)).toBe(false);
      expect(nodes.get(2)).toEqual({ float: 'it is in skip_quant_op_names' });
    });

    it('writes a mean as such whose scale would come to it along a skipped copy', () => {
      const builder = new NetBuilder();
      const first = builder.convolution(builder.input([1, 8, 8, 8]), { inputs: 8, outputs: 8 });
      const mean = pool(PoolType.AVEPOOL, true)(builder, binary(BinaryOpOperation.ADD)(builder, first));
      const reshape = createTable('Reshape', { dims: Int32Array.of(0, 8, 1, 1) });
      const flat = builder.op('Reshape', [mean], { type: 'Reshape', value: reshape }, 'flat');
      const last = builder.convolution(flat, { inputs: 8, outputs: 2 });
      const { means } = candidatesOf(builder.build([last]), ['flat']);
      expect([...means]).toEqual([4]);
    });
  });

  it('sets averages apart whose padding counts, with and without zero points', () => {
    const average = { type: PoolType.AVEPOOL, padX: 1, padY: 1 };
    const apart = (table: Parameters<typeof createTable<'Pool'>>[1]) => {
      const { model } = pooled(table, true);
      const sizes = [asymmetric(model).apart.size, candidatesOf(model).apart.size];
      expect(sizes[0]).toBe(sizes[1]);
      return sizes[0] === 1;
    };
    expect(apart(average)).toBe(true);
    expect(apart({ ...average, countType: AvgPoolCountType.INCLUDE_PADDING })).toBe(true);
    expect(apart({ ...average, countType: AvgPoolCountType.EXCLUDE_PADDING })).toBe(false);
    expect(apart({ ...average, pads: Int32Array.of(1, 1, 1, 1) })).toBe(false);
    expect(apart({ type: PoolType.AVEPOOL })).toBe(false);
  });
});
