import { createTable, DataType } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main } from './golden-case.ts';

const indices = (...data: number[]): GoldenInput => ({ shape: [data.length], dtype: 'int32', data });

/** What MNN's converter writes for ops of TensorFlow and TFLite, and no other table of cases has. */
export const CONVERTED_FROM_TF: readonly GoldenCase[] = [
  ...([1, 2] as const).map(
    (axis): GoldenCase => ({
      title: `Gather, axis ${axis} in a table that nobody reads`,
      type: 'Gather',
      main: main('Gather', { Tindices: DataType.DT_INT32, Tparams: DataType.DT_FLOAT, axis }),
      inputs: [input([4, 3, 2]), indices(2, 0, 3)],
    }),
  ),
  ...[[3, 2], [3, 2, 4], [3]].map(
    (target): GoldenCase => ({
      title: `BroadcastTo [${target}], a line along the first dimension`,
      type: 'BroadcastTo',
      main: main('Axis', { axis: 1 }),
      inputs: [input([3]), ints(...target)],
    }),
  ),
  {
    title: 'ConvolutionDepthwise, weights [1, C, kH, kW] as an input',
    type: 'ConvolutionDepthwise',
    main: main('Convolution2D', {
      common: createTable('Convolution2DCommon', {
        kernelX: 3,
        kernelY: 2,
        padMode: 2,
        group: 5,
        inputCount: 5,
        outputCount: 5,
      }),
    }),
    inputs: [input([2, 5, 6, 4], 'NC4HW4'), input([1, 5, 2, 3])],
  },
  {
    title: 'Cast to a type that the converter of TFLite has no word for',
    type: 'Cast',
    main: main('CastParam', { srcT: DataType.DT_FLOAT, dstT: DataType.DT_INVALID }),
    inputs: [input([2, 3])],
  },
];
