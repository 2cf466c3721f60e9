import { createTable, DataType, MNN_DATA_FORMAT, PoolType } from '@mnnquant/mnn-format';
import { afterAll, expect, it } from 'vitest';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import { SmallNetworkRuns } from './small-network-runs.ts';

const IMAGE = [1, 3, 8, 12];

/** What stands between two convolutions and must read no int8. */
const READERS = {
  CumSum: (net: NetBuilder, from: number): number => {
    const sizes = { dims: Int32Array.of(1), dataType: DataType.DT_INT32, dataFormat: MNN_DATA_FORMAT.NCHW };
    const value = createTable('Blob', { ...sizes, int32s: Int32Array.of(2) });
    const axis = net.op('Const', [], { type: 'Blob', value });
    return net.op('CumSum', [from, axis], { type: 'CumSum', value: createTable('CumSum', {}) }, 'reader');
  },
  CumProd: (net: NetBuilder, from: number): number =>
    net.op('CumProd', [from], { type: 'Axis', value: createTable('Axis', { axis: 3 }) }, 'reader'),
  'a pool with the places of its maxima': (net: NetBuilder, from: number): number => {
    const value = createTable('Pool', {
      kernelX: 2,
      kernelY: 2,
      strideX: 2,
      strideY: 2,
      type: PoolType.MAXPOOL,
    });
    return net.opWithOutputs('Pooling', [from], 2, { type: 'Pool', value }, 'reader')[0]!;
  },
} as const;

describeWithMnn('ops that must not read int8', ({ python }) => {
  const runs = new SmallNetworkRuns(new MnnOracle(python), 'input', IMAGE);
  afterAll(() => runs.dispose());

  it.each(Object.entries(READERS))('%s between two convolutions', async (title, reader) => {
    const net = new NetBuilder();
    const first = net.convolution(net.input(IMAGE), { inputs: 3, outputs: 8, kernel: 3 }, 'first');
    const last = net.convolution(reader(net, first), { inputs: 8, outputs: 4 }, 'last');
    const source = runs.write(title, net.build([last]).net);
    for (const method of ['KL', 'EMA']) {
      const { outcome, cosines } = await runs.quantize(source, method);
      const { ops } = outcome.prediction;
      expect(ops.find(({ name }) => name === 'reader')!.int8).toBe(false);
      expect(ops.find(({ name }) => name === 'first')!.reason).toMatch(/it is beside reader/);
      for (const cosine of cosines.values()) expect(cosine).toBeGreaterThan(0.99);
    }
  });
});
