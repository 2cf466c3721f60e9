import { PadMode } from '@mnnquant/mnn-format';
import {
  around,
  convolutionCase,
  deconvolutionCase,
  interpCase,
  matMulCase,
  poolCase,
} from './case-builders.ts';
import type { NamedCase } from './named-case.ts';

/** Sizes as networks have them, some beyond what a texture or a group of threads holds along one dimension. */
export function usualCases(): NamedCase[] {
  return [...convolutions(), ...others()];
}

function convolutions(): NamedCase[] {
  return [
    {
      title: '3x3, stride 2, rows of 7',
      ...convolutionCase({ input: [1, 16, 13, 13], output: 24, stride: [2, 2], pads: around(1) }),
    },
    {
      title: '3x3, stride 2, rows of 13, batch 3',
      ...convolutionCase({
        input: [3, 8, 26, 26],
        output: 12,
        stride: [2, 2],
        padMode: PadMode.SAME,
        relu: true,
      }),
    },
    {
      title: '3x3, rows of 28',
      ...convolutionCase({ input: [1, 16, 28, 28], output: 20, pads: around(1), relu6: true }),
    },
    {
      title: '3x3, few outputs, channels divided among threads',
      ...convolutionCase({ input: [2, 256, 7, 8], output: 12, pads: around(1), relu: true }),
    },
    { title: '1x1, 49 pixels', ...convolutionCase({ input: [1, 48, 7, 7], output: 40, kernel: [1, 1] }) },
    { title: '1x1, 196 pixels', ...convolutionCase({ input: [2, 40, 14, 14], output: 33, kernel: [1, 1] }) },
    {
      title: '1x1, channels divided among threads',
      ...convolutionCase({ input: [3, 1024, 5, 5], output: 20, kernel: [1, 1], group: 2, relu6: true }),
    },
    {
      title: 'depthwise 5x5, dilation 2',
      ...convolutionCase({
        input: [2, 20, 24, 24],
        output: 20,
        depthwise: true,
        group: 20,
        kernel: [5, 5],
        dilation: [2, 2],
        pads: around(4),
      }),
    },
    {
      title: 'depthwise 3x3, rows of 7',
      ...convolutionCase({ input: [1, 64, 7, 7], output: 64, depthwise: true, group: 64, pads: around(1) }),
    },
    {
      title: 'depthwise 7x7 on as large an image',
      ...convolutionCase({ input: [2, 72, 7, 7], output: 72, depthwise: true, group: 72, kernel: [7, 7] }),
    },
    {
      title: 'four groups',
      ...convolutionCase({ input: [2, 32, 12, 12], output: 24, group: 4, pads: around(1) }),
    },
    {
      title: 'fully connected',
      ...convolutionCase({ input: [3, 1280, 1, 1], output: 1000, kernel: [1, 1] }),
    },
    {
      title: 'fully connected, 25088 inputs',
      ...convolutionCase({ input: [1, 512, 7, 7], output: 61, kernel: [7, 7], relu: true }),
    },
    {
      title: '1x1 of 12544 pixels',
      ...convolutionCase({ input: [1, 8, 112, 112], output: 4, kernel: [1, 1] }),
    },
    {
      title: '3x3, stride 2, to 22500 pixels',
      ...convolutionCase({ input: [1, 3, 300, 300], output: 4, stride: [2, 2], pads: around(1) }),
    },
    {
      title: '1x1 to 9000 channels',
      ...convolutionCase({ input: [1, 4, 3, 3], output: 9000, kernel: [1, 1] }),
    },
  ];
}

function others(): NamedCase[] {
  return [
    { title: '4x4, stride 2', ...deconvolutionCase([2, 16, 20, 21], 8) },
    {
      title: '3x3, stride 1, groups',
      ...deconvolutionCase([1, 8, 15, 9], 12, { kernel: [3, 3], stride: [1, 1], group: 4 }),
    },
    { title: 'matrix product', ...matMulCase([70, 300], [300, 64]) },
    {
      title: 'matrix product, transposed',
      ...matMulCase([1300, 9], [50, 1300], { transposeA: true, transposeB: true }, 50),
    },
    { title: 'matrix product, batches', ...matMulCase([3, 1, 20, 33], [2, 36, 33], { transposeB: true }) },
    { title: 'matrix product of a vector', ...matMulCase([1, 5000], [5000, 99], {}, 99) },
    {
      title: 'matrix product of a vector, transposed',
      ...matMulCase([2, 600], [48, 600], { transposeB: true }),
    },
    {
      title: 'maximum to 12544 pixels',
      ...poolCase([1, 4, 224, 224], { pads: [1, 1, 0, 0], ceil: true }),
    },
    {
      title: 'average of 9000 planes',
      ...poolCase([1, 9000, 3, 4], { kind: 'average', kernel: [2, 2], stride: [1, 1] }),
    },
    {
      title: 'global average of 40000 pixels',
      ...poolCase([2, 6, 200, 200], { kind: 'average', global: true }),
    },
    { title: 'global maximum of 100 pixels', ...poolCase([3, 40, 10, 10], { global: true }) },
    { title: 'bilinear', ...interpCase({ shape: [1, 3, 40, 50] }, 'bilinear', 160, 123) },
    { title: 'cubic', ...interpCase({ shape: [2, 5, 24, 18] }, 'cubic', 17, 40) },
    { title: 'nearest, lines', ...interpCase({ shape: [2, 5, 300] }, 'nearest', 9000, 1) },
  ];
}
