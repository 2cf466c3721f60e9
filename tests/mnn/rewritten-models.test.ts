import { createTable, DataType, MNN_DATA_FORMAT, type MnnModel } from '@mnnquant/mnn-format';
import { afterAll, expect, it } from 'vitest';
import { NetBuilder } from '../../packages/calibrate/test/rewrite/net-builder.ts';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import { SmallNetworkRuns } from './small-network-runs.ts';

const IMAGE = [1, 3, 16, 12];
const CHANNELS = 8;

function constant(net: NetBuilder, dims: readonly number[], size: number): number {
  const count = dims.reduce((product, extent) => product * extent, 1);
  return net.constant(dims, [...net.noise(count, size)]);
}

/** The head of a detector: two planes of other sizes, one set of weights. */
function sharedHead(): MnnModel {
  const net = new NetBuilder();
  const first = net.convolution(net.input(IMAGE), { inputs: 3, outputs: CHANNELS, kernel: 3, relu: true });
  const second = net.convolution(first, {
    inputs: CHANNELS,
    outputs: CHANNELS,
    kernel: 3,
    stride: 2,
    relu: true,
  });
  const weights = constant(net, [CHANNELS, CHANNELS, 3, 3], 0.15);
  const bias = constant(net, [CHANNELS], 0.1);
  const sizes = {
    kernelX: 3,
    kernelY: 3,
    padX: 1,
    padY: 1,
    inputCount: CHANNELS,
    outputCount: CHANNELS,
    relu: true,
  };
  const common = createTable('Convolution2DCommon', sizes);
  const heads = [first, second].map((plane) =>
    net.op('Convolution', [plane, weights, bias], {
      type: 'Convolution2D',
      value: createTable('Convolution2D', { common }),
    }),
  );
  return net.build(heads.map((head) => net.convolution(head, { inputs: CHANNELS, outputs: 4 })));
}

/** Lines between two convolutions, resized by a factor that a constant holds. */
function resizedLines(): MnnModel {
  const net = new NetBuilder();
  const sizes = { dims: Int32Array.of(3), dataType: DataType.DT_FLOAT, dataFormat: MNN_DATA_FORMAT.NCHW };
  const blob = createTable('Blob', { ...sizes, float32s: Float32Array.of(1, 1, 1.5) });
  const squeeze = (type: 'Squeeze' | 'Unsqueeze', from: number): number =>
    net.op(type, [from], {
      type: 'SqueezeParam',
      value: createTable('SqueezeParam', { squeezeDims: Int32Array.of(3) }),
    });
  const line = net.op('Reshape', [net.input(IMAGE)], {
    type: 'Reshape',
    value: createTable('Reshape', { dims: Int32Array.of(1, 3, 192, 1) }),
  });
  const made = squeeze('Squeeze', net.convolution(line, { inputs: 3, outputs: 2 * CHANNELS }));
  const factors = net.op('Const', [], { type: 'Blob', value: blob });
  const value = createTable('Interp', { resizeType: 2, halfPixelCenters: true, ctm: 2 });
  const resized = net.op('Interp', [made, factors], { type: 'Interp', value }, 'resize');
  return net.build([net.convolution(squeeze('Unsqueeze', resized), { inputs: 2 * CHANNELS, outputs: 4 })]);
}

describeWithMnn('models that are rewritten so that MNN runs them in int8', ({ python }) => {
  const oracle = new MnnOracle(python);
  const runs = new SmallNetworkRuns(oracle, 'input', IMAGE);
  afterAll(() => runs.dispose());

  it.each([
    ['shared weights', sharedHead, 6, /2 convolutions took weights from constants/],
    ['lines that are resized', resizedLines, 2, /1 resize of lines made one of images/],
  ] as const)('%s', async (title, make, convolutions, note) => {
    const { net } = make();
    const source = runs.write(title, net);
    // MNN's float result for lines depends on what is in the memory.
    const float = await runs.evaluate(net);
    for (const method of ['KL', 'EMA']) {
      const { outcome, cosines } = await runs.quantize(source, method, float);
      expect(outcome.prediction.convolutions).toEqual({ int8: convolutions, total: convolutions });
      expect(outcome.warnings.join('\n')).toMatch(note);
      for (const cosine of cosines.values()) expect(cosine).toBeGreaterThan(0.995);
    }
  });
});
