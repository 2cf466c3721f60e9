import {
  createTable,
  MNN_DATA_FORMAT,
  type MnnModel,
  type Pool,
  PoolPadType,
  PoolType,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { int8Candidates } from '../../src/rewrite/candidates.ts';
import { predictInt8 } from '../../src/rewrite/predict.ts';
import { NetBuilder } from './net-builder.ts';
import { planOf, quantized } from './plans.ts';

type Body = (net: NetBuilder, from: number) => number;

const CHANNELS = 8;
const SIDE = 5;

/** input → convolution → `body` → convolution, or nothing. */
function build(body: Body, { ends = false, relu = false, side = SIDE } = {}) {
  const net = new NetBuilder();
  const first = net.convolution(
    net.input([1, 3, side, side]),
    { outputs: CHANNELS, inputs: 3, relu },
    'first',
  );
  const to = body(net, first);
  const last = ends ? to : net.convolution(to, { outputs: 2, inputs: CHANNELS }, 'last');
  return { model: net.build([last]), to };
}

const candidatesOf = (model: MnnModel, skip: readonly string[] = [], asymmetric = false) =>
  int8Candidates(planOf(model).graph, planOf(model), { skip: ({ name }) => skip.includes(name), asymmetric });

/** How the runtime runs the op x, every tensor of the plan with one scale as if all were tied. */
function running(model: MnnModel, skip: readonly string[] = []) {
  const candidates = candidatesOf(model, skip);
  const tied = Object.fromEntries([...candidates.tensors].map((tensor) => [tensor, 0.02]));
  const { ops } = predictInt8(quantized(model, tied, candidates), planOf(model), candidates);
  return ops.find(({ name }) => name === 'x')!;
}

const pool =
  (type: number, size: number, table: Partial<Pool> = {}): Body =>
  (net, from) => {
    const window = { kernelX: size, kernelY: size, strideX: 1, strideY: 1 };
    return net.op(
      'Pooling',
      [from],
      { type: 'Pool', value: createTable('Pool', { type, ...window, ...table }) },
      'x',
    );
  };
const maximum = pool(PoolType.MAXPOOL, 2);

const turned: Body = (net, from) =>
  net.op('Permute', [from], {
    type: 'Permute',
    value: createTable('Permute', { dims: Int32Array.of(0, 1, 3, 2) }),
  });
const relu =
  (slope = 0, name = 'x'): Body =>
  (net, from) =>
    net.op('ReLU', [from], { type: 'Relu', value: createTable('Relu', { slope }) }, name);
const behind =
  (before: Body, body: Body): Body =>
  (net, from) =>
    body(net, before(net, from));

const convert = (net: NetBuilder, from: number, source: MNN_DATA_FORMAT, dest: MNN_DATA_FORMAT) =>
  net.op('ConvertTensor', [from], {
    type: 'TensorConvertInfo',
    value: createTable('TensorConvertInfo', { source, dest }),
  });
const plain =
  (body: Body): Body =>
  (net, from) => {
    const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;
    return convert(net, body(net, convert(net, from, NC4HW4, NCHW)), NCHW, NC4HW4);
  };

describe('a pool or ReLU that would be wrong in int8, as a result of the network', () => {
  it.each([
    ['a maximum', maximum],
    ['a maximum behind a copy', behind(turned, maximum)],
    ['a maximum behind a ReLU with a slope', behind(relu(0.1, 'leaky'), maximum)],
    ['a ReLU', relu()],
    ['a ReLU behind a copy', behind(turned, relu())],
  ])('%s has a scale of its own, not the one that the runtime hands on', (_, body) => {
    const { model, to } = build(body, { ends: true });
    expect(candidatesOf(model).tensors.has(to)).toBe(true);
    expect(running(model)).toMatchObject({ int8: false, reason: expect.stringContaining("MNN's int8") });
  });

  it('gets none where it is right, and where nothing reaches it', () => {
    const right = build(relu(), { ends: true, side: 4 });
    expect(candidatesOf(right.model).tensors.has(right.to)).toBe(false);
    expect(running(right.model).int8).toBe(true);
    const net = new NetBuilder();
    const alone = maximum(net, net.input([1, 4, 4, 4]));
    expect(candidatesOf(net.build([alone])).tensors.size).toBe(0);
  });

  it('stays float where it is skipped, although the runtime would hand a scale on', () => {
    const { model } = build(maximum, { ends: true, relu: true });
    expect(running(model).int8).toBe(true);
    expect(running(model, ['x'])).toMatchObject({ int8: false, reason: expect.stringContaining('skip') });
  });

  it('has zero point 0 behind copies, too, where its maximum knows no other', () => {
    const { model, to } = build(behind(turned, maximum), { ends: true, relu: true });
    const { centered, nodes, tensors } = candidatesOf(model, [], true);
    expect(centered).toEqual(new Set([to]));
    expect(tensors.has(to)).toBe(true);
    expect([...nodes.values()]).toEqual(['int8', 'int8', 'int8']);
  });
});

describe('a pool in NCHW, which the runtime copies to NC4HW4 with the scale of its input', () => {
  it('leaves the convolutions around it float where a maximum would be wrong', () => {
    const { model } = build(plain(maximum));
    expect(running(model)).toMatchObject({ int8: false, reason: expect.stringContaining('negative') });
    const { nodes } = candidatesOf(model);
    expect(nodes.get(1)).toEqual({ float: expect.stringMatching(/beside x .*negative/) });
  });

  it('runs in int8 behind a ReLU', () => {
    const { model } = build(plain(maximum), { relu: true });
    expect(running(model).int8).toBe(true);
    expect([...candidatesOf(model).nodes.values()].every((choice) => choice === 'int8')).toBe(true);
  });
});

describe('windows of a pool in int8', () => {
  const apart = (body: Body) => candidatesOf(build(body, { relu: true }).model).apart.get(2);
  const around = (pad: number) => ({ padType: PoolPadType.CAFFE, padX: pad, padY: pad });

  it('are those of float unless they are larger than the image', () => {
    expect(apart(pool(PoolType.MAXPOOL, 3, around(1)))).toBeUndefined();
    expect(apart(pool(PoolType.MAXPOOL, SIDE, around(2)))).toBeUndefined();
    expect(apart(pool(PoolType.MAXPOOL, SIDE + 2, around(3)))).toMatch(/larger than the image/);
    expect(apart(pool(PoolType.MAXPOOL, SIDE + 2, { padType: PoolPadType.SAME }))).toMatch(/larger/);
    // All of the image at once, wherever the window is cut.
    expect(apart(pool(PoolType.MAXPOOL, SIDE, { padType: PoolPadType.VALID }))).toBeUndefined();
  });

  it('hold a pixel each', () => {
    const beyond = { ...around(0), strideX: 3, strideY: 3, ceilModel: true, pads: Int32Array.of(2, 2, 2, 2) };
    expect(apart(pool(PoolType.MAXPOOL, 2, beyond))).toMatch(/holds no pixel/);
  });

  it('are averaged in int8 up to 3 x 3', () => {
    expect(apart(pool(PoolType.AVEPOOL, 3))).toBeUndefined();
    expect(apart(pool(PoolType.AVEPOOL, 4))).toMatch(/rounds down/);
    expect(apart(pool(PoolType.MAXPOOL, 4))).toBeUndefined();
  });
});

describe('ops that must not find scales on all sides', () => {
  const prelu =
    (...slope: readonly number[]): Body =>
    (net, from) => {
      const value = createTable('PRelu', { slopeCount: slope.length, slope: Float32Array.from(slope) });
      return net.op('PReLU', [from], { type: 'PRelu', value }, 'x');
    };

  it('are a PReLU with one slope of 0', () => {
    expect(running(build(prelu(0)).model)).toMatchObject({
      int8: false,
      reason: expect.stringContaining('slope of 0'),
    });
    expect(running(build(prelu(0.1)).model).int8).toBe(true);
    expect(running(build(prelu(...new Array(CHANNELS).fill(0))).model).int8).toBe(true);
  });

  it('are maxima of volumes', () => {
    const volume: Body = (net, from) => {
      const size = { dims: Int32Array.of(5), int32s: Int32Array.of(1, CHANNELS, SIDE, SIDE, 1), dataType: 3 };
      const shape = net.op('Const', [], { type: 'Blob', value: createTable('Blob', size) });
      const deep = net.op('Reshape', [from, shape]);
      const value = createTable('Pool3D', {
        type: PoolType.MAXPOOL,
        kernels: Int32Array.of(2, 2, 1),
        strides: Int32Array.of(1, 1, 1),
        pads: Int32Array.of(0, 0, 0),
      });
      return net.op('Pooling3D', [deep], { type: 'Pool3D', value }, 'x');
    };
    const { model } = build(volume, { ends: true });
    const { nodes, tensors } = candidatesOf(model);
    expect(nodes.get(1)).toEqual({ float: expect.stringMatching(/beside x .*volumes/) });
    expect(tensors.size).toBe(0);
  });
});
