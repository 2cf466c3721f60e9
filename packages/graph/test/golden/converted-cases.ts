import { type Convolution2DCommon, createTable, NetSource } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, main } from './golden-case.ts';

/** A convolution whose weights are an input, as the converter writes those of lines: without the last dimension. */
function ofLines(
  type: GoldenCase['type'],
  x: GoldenInput,
  weights: number[],
  fields: Partial<Convolution2DCommon>,
) {
  const common = createTable('Convolution2DCommon', { kernelX: 1, kernelY: weights[2], ...fields });
  const inputs = [x, input(weights)];
  return {
    title: `${type} of lines, weights [${weights}] as an input`,
    type,
    main: main('Convolution2D', { common }),
    inputs,
  };
}

function split(extent: number, outputs: number, sourceType: number): GoldenCase {
  return {
    title: `Slice, ${extent} into ${outputs}, source ${sourceType}`,
    type: 'Slice',
    main: main('Slice', { axis: 0, sourceType: sourceType as 0 }),
    inputs: [input([extent, 2])],
    outputs,
  };
}

const whole = (shape: readonly number[], ...data: number[]): GoldenInput => ({ shape, dtype: 'int32', data });

/** What MNN's converter writes for ops of ONNX, and no other table of cases has. */
export const CONVERTED: readonly GoldenCase[] = [
  {
    title: 'Concat, an input without the last dimension',
    type: 'Concat',
    main: main('Axis', { axis: 0 }),
    inputs: [input([2, 1]), input([3])],
  },
  split(7, 4, NetSource.TORCH),
  split(8, 3, NetSource.TORCH),
  split(7, 3, NetSource.ONNX),
  split(6, 3, NetSource.TENSORFLOW),
  {
    title: 'GatherND, the batch is in the coordinates',
    type: 'GatherND',
    main: main('Axis', { axis: 1 }),
    inputs: [input([2, 3, 2]), whole([2, 2, 1], 2, 0, 4, 5)],
  },
  ofLines('Convolution', input([2, 3, 7, 1], 'NC4HW4'), [4, 3, 3], { inputCount: 3, outputCount: 4 }),
  ofLines('ConvolutionDepthwise', input([1, 5, 6, 1], 'NC4HW4'), [5, 1, 2], {
    inputCount: 5,
    outputCount: 5,
    group: 5,
    strideY: 2,
  }),
  ofLines('Deconvolution', input([1, 3, 4, 1], 'NC4HW4'), [3, 2, 3], {
    inputCount: 3,
    outputCount: 2,
    strideY: 2,
  }),
];
