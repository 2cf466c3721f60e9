import { createTable } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { foldBatchNorm } from '../../src/batch-norm/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { batchNorm, convolutionNamed } from './models.ts';

describe('foldBatchNorm, weights [ic, oc/group, ky, kx]', () => {
  // By hand: channel 0 times 2, channel 1 times -1, channel 2 times 4, channel 3 times 10.
  it.each<[string, 'Deconvolution' | 'DeconvolutionDepthwise', number, number[], number[]]>([
    ['rows of output channels', 'Deconvolution', 1, [1, 1, 1, 1, 3, 3, 3, 3], [2, -1, 4, 10, 6, -3, 12, 30]],
    ['groups', 'Deconvolution', 2, [1, 1, 3, 3], [2, -1, 12, 30]],
    ['single channels', 'DeconvolutionDepthwise', 4, [1, 1, 3, 3], [2, -1, 12, 30]],
  ])('scales a deconvolution by %s', (_, type, group, before, after) => {
    const net = new NetBuilder();
    const common = createTable('Convolution2DCommon', { kernelX: 1, kernelY: 1, outputCount: 4, group });
    const main = {
      type: 'Convolution2D',
      value: createTable('Convolution2D', { common, weight: Float32Array.from(before) }),
    } as const;
    const deconv = net.op(type, [net.input([1, 2, 3, 3])], main, 'deconv');
    const fields = {
      slopeData: Float32Array.of(2, -1, 4, 10),
      biasData: Float32Array.of(1, 2, 3, 4),
      meanData: new Float32Array(4),
      varData: new Float32Array(4).fill(1),
      epsilon: 0,
    };
    const conv = convolutionNamed(
      foldBatchNorm(net.build([batchNorm(net, deconv, 4, 'bn', fields)])).model,
      'deconv',
    );
    expect(Array.from(conv.weight!)).toEqual(after);
    expect(Array.from(conv.bias!)).toEqual([1, 2, 3, 4]);
  });
});
