import type { OpCase, OpCaseInput, OpDefinition } from './op.ts';

/** Ops that treat samples alike, the first extent of their first input being the number of samples. */
const PER_SAMPLE: ReadonlySet<string> = new Set([
  ...[
    'BatchNorm',
    'CastLike',
    'Convolution',
    'Convolution3D',
    'ConvolutionDepthwise',
    'ConvTranspose3D',
    'ConvertTensor',
  ],
  ...[
    'Deconvolution',
    'DeconvolutionDepthwise',
    'DepthToSpace',
    'ELU',
    'Identity',
    'InnerProduct',
    'Interp',
    'LRN',
    'MatrixBandPart',
  ],
  ...[
    'Moments',
    'Normalize',
    'Pooling',
    'Pooling3D',
    'PReLU',
    'ReLU',
    'ReLU6',
    'Resize',
    'Scale',
    'Selu',
    'Shape',
  ],
  ...['Sigmoid', 'Size', 'SpaceToDepth', 'Stft', 'TanH', 'Threshold', 'UnaryOp', 'ZerosLike'],
]);

/** Ops of several inputs of which each has the samples. */
const PER_SAMPLE_OF_ALL: ReadonlySet<string> = new Set(['Eltwise', 'GridSample', 'InstanceNorm']);

/**
 * Variants of an op's cases without a sample: nothing to compute, and nothing that may go wrong in doing so.
 * One for each number of dimensions.
 */
export function emptyCases({ name, cases }: OpDefinition): OpCase[] {
  const all = PER_SAMPLE_OF_ALL.has(name);
  if (!all && !PER_SAMPLE.has(name)) return [];
  const ranks = new Map<number, OpCase>();
  for (const item of cases()) {
    const [first] = item.inputs;
    if (first === undefined || first.shape.length < 2 || ranks.has(first.shape.length)) continue;
    ranks.set(first.shape.length, item);
  }
  return [...ranks.values()].map((item) => ({
    ...item,
    title: `${item.title}, no sample`,
    inputs: item.inputs.map((input, k) => (all || k === 0 ? input && withoutSamples(input) : input)),
  }));
}

function withoutSamples({ shape, dtype, layout }: OpCaseInput): OpCaseInput {
  return { shape: [0, ...shape.slice(1)], dtype, layout };
}
