import { type ArgMax, ReductionType } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, main } from './golden-case.ts';

/** Axis 0 is the only one that MNN gives the output's layout. */
function top(x: GoldenInput, fields: Partial<ArgMax>): GoldenCase {
  return {
    title: `ArgMax of Caffe, [${x.shape}], ${JSON.stringify(fields)}`,
    type: 'ArgMax',
    main: main('ArgMax', { axis: 0, topK: 1, ...fields }),
    inputs: [x],
  };
}

const packed = (...shape: number[]): GoldenInput => input(shape, 'NC4HW4');
const probabilities: GoldenInput = { ...packed(1, 5, 1, 1), data: [0.1, 0.25, 0.05, 0.4, 0.2] };

/** What MNN's converter writes for layers of Caffe, and no other table of cases has. */
export const CONVERTED_FROM_CAFFE: readonly GoldenCase[] = [
  top(packed(1, 3, 2, 7), {}),
  top(packed(1, 3, 2, 7), { topK: 3 }),
  top(packed(1, 3, 5, 1), { topK: 2, outMaxVal: 1 }),
  top(packed(1, 9, 1, 1), { topK: 4, outMaxVal: 1 }),
  top(probabilities, { topK: 4, outMaxVal: 1, softmaxThreshold: 1 }),
  top(packed(1, 3, 2, 3), { topK: 5, outMaxVal: 1 }),
  ...([ReductionType.SUM, ReductionType.MAXIMUM] as const).map(
    (operation): GoldenCase => ({
      title: `Reduction ${operation} of two dimensions, axes up to the fourth`,
      type: 'Reduction',
      main: main('ReductionParam', { operation, dim: Int32Array.of(1, 2, 3) }),
      inputs: [packed(2, 6)],
    }),
  ),
];
