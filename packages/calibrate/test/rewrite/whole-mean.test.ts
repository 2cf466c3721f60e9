import { buildGraph, createPlan, createReferenceBackend, execute, type TensorDesc } from '@mnnquant/graph';
import {
  createTable,
  type Op,
  type OpParameter,
  OpType,
  type Pool,
  PoolPadType,
  PoolType,
} from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { isWholeMean, meanOfPlanes } from '../../src/rewrite/whole-mean.ts';
import { NetBuilder } from './net-builder.ts';

function average(fields: Partial<Pool>): OpParameter {
  return { type: 'Pool', value: createTable('Pool', { type: PoolType.AVEPOOL, ...fields } as never) };
}

const pooling = (main: OpParameter, type: number = OpType.Pooling): Op =>
  createTable('Op', { type, main } as Partial<Op>);

const image: TensorDesc = { shape: [1, 2, 4, 6], dtype: 'float32', layout: 'NC4HW4' };
const whole = { kernelY: 4, kernelX: 6, strideY: 1, strideX: 1 };

describe('isWholeMean', () => {
  it.each<[string, Partial<Pool>]>([
    ['a global average', { isGlobal: true }],
    ['a global average, whatever window the file holds', { isGlobal: true, kernelX: 2, padX: 3 }],
    ['a window of the size of the plane', whole],
    ['pads that are all zero', { ...whole, pads: Int32Array.of(0, 0, 0, 0) }],
    ['SAME, one stride spans the plane', { ...whole, padType: PoolPadType.SAME, strideY: 4, strideX: 6 }],
  ])('%s is one', (_, fields) => {
    expect(isWholeMean(pooling(average(fields)), image)).toBe(true);
  });

  it.each<[string, Partial<Pool>]>([
    ['a maximum', { isGlobal: true, type: PoolType.MAXPOOL }],
    ['a window that is narrower', { ...whole, kernelX: 5 }],
    ['a window that is higher', { ...whole, kernelY: 5 }],
    ['a window turned by a quarter', { ...whole, kernelY: 6, kernelX: 4 }],
    ['padding across', { ...whole, padX: 1 }],
    ['padding down', { ...whole, padY: 1 }],
    ['padding on one side', { ...whole, pads: Int32Array.of(0, 0, 0, 1) }],
    ['SAME, several outputs', { ...whole, padType: PoolPadType.SAME, strideY: 4, strideX: 3 }],
  ])('%s is none', (_, fields) => {
    expect(isWholeMean(pooling(average(fields)), image)).toBe(false);
  });

  it('knows global 3-D pools of planes', () => {
    const pool3d = (isGlobal: boolean, type: PoolType): Op =>
      pooling(
        { type: 'Pool3D', value: createTable('Pool3D', { isGlobal, type } as never) },
        OpType.Pooling3D,
      );
    expect(isWholeMean(pool3d(true, PoolType.AVEPOOL), image)).toBe(true);
    expect(isWholeMean(pool3d(true, PoolType.MAXPOOL), image)).toBe(false);
    expect(isWholeMean(pool3d(false, PoolType.AVEPOOL), image)).toBe(false);
  });

  it('is not sure without a description, of another rank, with channels last', () => {
    const pool = pooling(average({ isGlobal: true }));
    expect(isWholeMean(pool, undefined)).toBe(false);
    expect(isWholeMean(pool, { ...image, shape: [1, 2, 4] })).toBe(false);
    expect(isWholeMean(pool, { ...image, layout: 'NHWC' })).toBe(false);
    expect(isWholeMean(createTable('Op', { type: OpType.Pooling } as Partial<Op>), image)).toBe(false);
  });
});

describe('meanOfPlanes', () => {
  /** The planes of 2x3 are 1..6 and -10, 0, 0, 0, 0, 4. */
  const PLANES = Float32Array.of(1, 2, 3, 4, 5, 6, -10, 0, 0, 0, 0, 4);

  async function run(change: (op: Op) => Op) {
    const net = new NetBuilder();
    const output = net.op('Pooling', [net.input([1, 2, 2, 3])], average({ isGlobal: true }), 'mean');
    const { net: built } = net.build([output]);
    const oplists = built.oplists!.map((op) => (op.type === OpType.Pooling ? change(op) : op));
    const plan = createPlan(buildGraph({ ...built, oplists }));
    const backend = createReferenceBackend();
    const { outputs } = await execute(plan, backend, [new Map([['input', PLANES]])]);
    return outputs[0].get('mean')!;
  }

  it('has the shape and the values of the pool', async () => {
    for (const { shape, data } of [await run((op) => op), await run(meanOfPlanes)]) {
      expect(shape).toEqual([1, 2, 1, 1]);
      expect([...data]).toEqual([3.5, -1]);
    }
  });

  it('keeps name and tensors, and leaves the op it is given as it is', () => {
    const op = createTable('Op', {
      type: OpType.Pooling,
      name: 'pool',
      inputIndexes: Int32Array.of(3),
      outputIndexes: Int32Array.of(4),
      main: average({ isGlobal: true }),
    } as Partial<Op>);
    const { type, main, ...rest } = meanOfPlanes(op);
    const { type: _type, main: _main, ...given } = op;
    expect(rest).toEqual(given);
    expect([type, main?.type]).toEqual([OpType.Reduction, 'ReductionParam']);
    expect([op.type, op.main?.type]).toEqual([OpType.Pooling, 'Pool']);
  });
});
