import { OpType, PoolPadType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { type PoolAttributes, type PoolGeometry, parsePool, poolGeometry } from './pooling-attributes.ts';
import { required } from './support/inputs.ts';
import { maximaWithIndices } from './support/pool-indices.ts';
import { clipWindow, nearestWindow } from './support/pool-windows.ts';
import { type ImageStrides, imageStrides } from './support/strides.ts';

/** Maximum or average over windows: x [N,C,H,W] → y [N,C,oH,oW] and, of maxima, their indices; NHWC and [N,C,H] alike. */
export const pooling: OpDefinition<PoolAttributes> = {
  name: 'Pooling',
  opTypes: [OpType.Pooling],
  parse(op, context) {
    const attributes = parsePool(op, context);
    if (context.outputCount > 2 || (attributes.indices && attributes.kind !== 'max')) {
      throw new GraphError(
        `${context.where}: expected one output, or two of maxima and their indices, got ${context.outputCount} of kind ${attributes.kind}`,
      );
    }
    return attributes;
  },
  shape(attributes, inputs, where) {
    const input = required(inputs, 0, where);
    const g = poolGeometry(attributes, input, where);
    const spatial = [g.outputHeight, g.outputWidth];
    const shape =
      input.layout === 'NHWC'
        ? [g.batch, ...spatial, g.channels]
        : [g.batch, g.channels, ...spatial].slice(0, input.shape.length);
    const maxima: TensorDesc = { shape, dtype: input.dtype, layout: input.layout };
    return attributes.indices ? [maxima, { ...maxima, dtype: 'int32' }] : [maxima];
  },
  reference(attributes, inputs, [y, indices]) {
    const x = required(inputs, 0, 'Pooling');
    const g = poolGeometry(attributes, x, 'Pooling');
    if (indices !== undefined) {
      maximaWithIndices(x, y, indices, g);
      return;
    }
    const reduce =
      attributes.kind === 'max'
        ? windowMaximum
        : attributes.countPadding
          ? averageWithPadding
          : averageOfPixels;
    const [from, to] = [imageStrides(x), imageStrides(y)];
    for (let n = 0; n < g.batch; n++) {
      for (let c = 0; c < g.channels; c++) {
        const base = n * from.n + c * from.c;
        for (let oy = 0; oy < g.outputHeight; oy++) {
          for (let ox = 0; ox < g.outputWidth; ox++) {
            const at = n * to.n + c * to.c + oy * to.h + ox * to.w;
            y.data[at] = reduce(x.data, base, from, g, oy, ox);
          }
        }
      }
    }
  },
  cases: poolCases,
};

type Reduce = (
  x: HostTensor['data'],
  base: number,
  s: ImageStrides,
  g: PoolGeometry,
  oy: number,
  ox: number,
) => number;

const windowMaximum: Reduce = (x, base, s, g, oy, ox) => {
  let maximum = Number.NEGATIVE_INFINITY;
  const [y0, y1] = nearestWindow(oy * g.stride[0] - g.padTop, g.kernel[0], g.inputHeight);
  const [x0, x1] = nearestWindow(ox * g.stride[1] - g.padLeft, g.kernel[1], g.inputWidth);
  for (let iy = y0; iy < y1; iy++) {
    for (let ix = x0; ix < x1; ix++) maximum = Math.max(maximum, x[base + iy * s.h + ix * s.w]);
  }
  return maximum;
};

const averageOfPixels: Reduce = (x, base, s, g, oy, ox) => {
  const [y0, y1] = clipWindow(oy * g.stride[0] - g.padTop, g.kernel[0], g.inputHeight);
  const [x0, x1] = clipWindow(ox * g.stride[1] - g.padLeft, g.kernel[1], g.inputWidth);
  const count = Math.max(0, y1 - y0) * Math.max(0, x1 - x0);
  return count === 0 ? 0 : windowSum(x, base, s, y0, y1, x0, x1) / count;
};

const averageWithPadding: Reduce = (x, base, s, g, oy, ox) => {
  const top = oy * g.stride[0] - g.padTop;
  const left = ox * g.stride[1] - g.padLeft;
  const [y0, y1] = clipWindow(top, g.kernel[0], g.inputHeight);
  const [x0, x1] = clipWindow(left, g.kernel[1], g.inputWidth);
  const height = Math.min(top + g.kernel[0], g.countedHeight) - top;
  const width = Math.min(left + g.kernel[1], g.countedWidth) - left;
  const count = height * width;
  return count > 0 ? windowSum(x, base, s, y0, y1, x0, x1) / count : 0;
};

function windowSum(
  x: HostTensor['data'],
  base: number,
  s: ImageStrides,
  y0: number,
  y1: number,
  x0: number,
  x1: number,
): number {
  let sum = 0;
  for (let iy = y0; iy < y1; iy++) for (let ix = x0; ix < x1; ix++) sum += x[base + iy * s.h + ix * s.w];
  return sum;
}

function poolCases(): OpCase<PoolAttributes>[] {
  const make = (
    title: string,
    shape: number[],
    options: Partial<PoolAttributes>,
    layout: 'NCHW' | 'NHWC' = 'NCHW',
  ) => ({
    title,
    attributes: {
      kind: 'max' as const,
      global: false,
      kernel: [3, 3] as const,
      stride: [2, 2] as const,
      padType: PoolPadType.CAFFE,
      ceil: false,
      pads: [0, 0, 0, 0] as const,
      countPadding: false,
      indices: false,
      ...options,
    },
    inputs: [{ shape, layout }],
  });
  return [
    make('maximum 3x3, stride 2', [1, 5, 9, 10], {}),
    make('maximum, ceil', [1, 4, 8, 8], { ceil: true }),
    make('maximum, padding', [2, 3, 7, 7], { pads: [1, 1, 1, 1] }),
    make('maximum, SAME', [1, 3, 7, 8], { padType: PoolPadType.SAME }),
    make('average, VALID', [1, 3, 8, 9], { kind: 'average', padType: PoolPadType.VALID }),
    make('average, padding not counted', [1, 3, 8, 9], { kind: 'average', pads: [1, 1, 1, 1] }),
    make('average, padding counted', [1, 3, 8, 9], {
      kind: 'average',
      pads: [1, 1, 1, 1],
      countPadding: true,
    }),
    make('average, ceil, padding counted', [1, 3, 8, 8], {
      kind: 'average',
      ceil: true,
      pads: [1, 1, 1, 1],
      countPadding: true,
    }),
    make('global average', [2, 7, 5, 6], { kind: 'average', global: true }),
    make('global maximum', [1, 7, 5, 6], { global: true }),
    make('window larger than the image', [1, 2, 4, 4], { kernel: [9, 9], stride: [1, 1] }),
    make('maximum, last windows outside', [1, 2, 5, 4], { ceil: true, kernel: [1, 3], stride: [3, 3] }),
    make('maxima and indices', [2, 3, 5, 6], { indices: true, pads: [1, 0, 1, 1] }),
    make('maxima and indices, NHWC', [1, 5, 6, 3], { indices: true, ceil: true }, 'NHWC'),
    make('three dimensions', [2, 3, 9], { kernel: [3, 1], stride: [2, 1], pads: [1, 0, 1, 0] }),
    make('NHWC', [1, 6, 7, 3], { kind: 'average' }, 'NHWC'),
  ];
}
