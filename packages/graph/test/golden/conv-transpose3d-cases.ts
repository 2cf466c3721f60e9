import { type Convolution3DCommon, createTable, PadMode } from '@mnnquant/mnn-format';
import { type GoldenCase, input, main, noise } from './golden-case.ts';

function transposed(title: string, fields: Partial<Convolution3DCommon>): GoldenCase {
  const common = createTable('Convolution3DCommon', {
    kernels: Int32Array.of(2, 3, 2),
    strides: Int32Array.of(1, 1, 1),
    dilates: Int32Array.of(1, 1, 1),
    pads: Int32Array.of(0, 0, 0),
    inputCount: 3,
    outputCount: 4,
    group: 1,
    ...fields,
  });
  return {
    title,
    type: 'ConvTranspose3D',
    main: main('Convolution3D', { common, weight: noise(4 * 3 * 12, 3), bias: noise(4, 4) }),
    inputs: [input([2, 3, 2, 3, 4], 'NC4HW4')],
  };
}

export const CONV_TRANSPOSE3D: readonly GoldenCase[] = [
  transposed('plain', {}),
  transposed('strides and padding', { strides: Int32Array.of(2, 1, 2), pads: Int32Array.of(1, 1, 0) }),
  transposed('uneven padding', { strides: Int32Array.of(2, 2, 2), pads: Int32Array.of(1, 0, 1, 0, 1, 0) }),
  transposed('out pads, ReLU', {
    strides: Int32Array.of(2, 2, 2),
    outPads: Int32Array.of(1, 0, 1),
    relu: true,
  }),
  transposed('dilation, ReLU6', { dilates: Int32Array.of(2, 2, 1), relu6: true }),
  transposed('SAME', { strides: Int32Array.of(2, 2, 2), padMode: PadMode.SAME }),
];
