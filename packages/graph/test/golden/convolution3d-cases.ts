import { type Convolution3DCommon, createTable } from '@mnnquant/mnn-format';
import { type GoldenCase, input, main, noise } from './golden-case.ts';

function convolution(title: string, fields: Partial<Convolution3DCommon>): GoldenCase {
  const common = createTable('Convolution3DCommon', {
    kernels: Int32Array.of(2, 3, 2),
    strides: Int32Array.of(1, 1, 1),
    dilates: Int32Array.of(1, 1, 1),
    pads: Int32Array.of(0, 0, 0),
    inputCount: 3,
    outputCount: 5,
    group: 1,
    ...fields,
  });
  return {
    title,
    type: 'Convolution3D',
    main: main('Convolution3D', { common, weight: noise(5 * 3 * 12, 3), bias: noise(5, 4) }),
    inputs: [input([1, 3, 4, 6, 5], 'NC4HW4')],
  };
}

export const CONVOLUTION3D: readonly GoldenCase[] = [
  convolution('plain', {}),
  convolution('strides and padding', { strides: Int32Array.of(2, 1, 2), pads: Int32Array.of(1, 1, 0) }),
  convolution('dilation, ReLU', { dilates: Int32Array.of(2, 2, 1), relu: true }),
  convolution('ReLU6', { relu6: true }),
];
