import { OpType } from '@mnnquant/mnn-format';
import { power } from '../math/index.ts';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import { elementCount, type HostTensor } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface LrnAttributes {
  /** Neighbours are pixels of the same channel, not the same pixel of other channels. */
  readonly withinChannel: boolean;
  readonly localSize: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/**
 * Local response normalization, x / (bias + alpha · mean of the neighbours' squares)^beta; neighbours
 * outside count as zeros. x [N,C,...], within a channel [N,C,H,W] (GeometryLRN.cpp, MNN 3.6.1).
 */
export const lrn: OpDefinition<LrnAttributes> = {
  name: 'LRN',
  opTypes: [OpType.LRN],
  parse(op, context) {
    const { regionType, localSize, alpha, beta, bias } = parameter(op, 'LRN', context);
    if (localSize < 1)
      throw new GraphError(`${context.where}: expected a local size of at least 1, got ${localSize}`);
    return { withinChannel: regionType !== 0, localSize, alpha, beta, bias };
  },
  shape({ withinChannel }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (layout === 'NHWC') throw new GraphError(`${where}: expected an NCHW input, got NHWC`);
    if (withinChannel ? shape.length !== 4 : shape.length < 2)
      throw new GraphError(
        `${where}: expected ${withinChannel ? 'a 4-D input' : 'at least 2 dimensions'}, got [${shape}]`,
      );
    return [{ shape, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'LRN');
    const { localSize, alpha, beta, bias } = attributes;
    const { sums, window } = attributes.withinChannel
      ? withinChannel(x, localSize)
      : acrossChannels(x, localSize);
    for (let i = 0; i < x.data.length; i++)
      y.data[i] = x.data[i] * power(bias + (alpha * sums[i]) / window, -beta);
  },
  cases: lrnCases,
};

interface Neighbourhoods {
  /** Sum of the neighbours' squares, for every element. */
  readonly sums: Float64Array;
  readonly window: number;
}

function acrossChannels(x: HostTensor, localSize: number): Neighbourhoods {
  const squares = Float64Array.from(x.data, (value) => value * value);
  const inside = elementCount(x.shape.slice(2));
  return { sums: windowSums(squares, x.shape[1], inside, localSize), window: localSize };
}

function withinChannel(x: HostTensor, localSize: number): Neighbourhoods {
  const squares = Float64Array.from(x.data, (value) => value * value);
  const [, , height, width] = x.shape;
  const rows = windowSums(squares, width, 1, localSize);
  return { sums: windowSums(rows, height, width, localSize), window: localSize ** 2 };
}

/** Sums of `size` neighbours along a dimension of `extent` elements that lie `stride` apart. */
function windowSums(data: Float64Array, extent: number, stride: number, size: number): Float64Array {
  const before = Math.floor(size / 2);
  return data.map((_, i) => {
    const at = Math.floor(i / stride) % extent;
    const [from, to] = [Math.max(0, at - before), Math.min(extent, at - before + size)];
    let sum = 0;
    for (let k = from; k < to; k++) sum += data[i + (k - at) * stride];
    return sum;
  });
}

function lrnCases(): OpCase<LrnAttributes>[] {
  const plain = { withinChannel: false, localSize: 5, alpha: 1e-2, beta: 0.75, bias: 1 };
  return [
    { title: 'across channels', attributes: plain, inputs: [{ shape: [2, 7, 3, 4] }] },
    { title: 'fewer channels than neighbours', attributes: plain, inputs: [{ shape: [1, 2, 3, 4] }] },
    {
      title: 'within a channel',
      attributes: { ...plain, withinChannel: true },
      inputs: [{ shape: [2, 3, 6, 7] }],
    },
    {
      title: 'even size',
      attributes: { ...plain, localSize: 4, bias: 2 },
      inputs: [{ shape: [1, 6, 2, 2] }],
    },
    ...[0.25, 0.5, 0.6, 1].map((beta) => ({
      title: `exponent ${beta}`,
      attributes: { ...plain, alpha: 0.5, beta },
      inputs: [{ shape: [1, 5, 3, 3] }],
    })),
  ];
}
