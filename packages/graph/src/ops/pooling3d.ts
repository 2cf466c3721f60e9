import { OpType, PoolPadType, PoolType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';
import { paddedWindow, sameWindow, validWindow, type WindowAxis } from './support/window.ts';

export interface Pool3DAttributes {
  readonly kind: 'max' | 'average';
  readonly global: boolean;
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly pads: readonly number[];
  readonly padType: number;
}

/**
 * Pooling over all dimensions after the channels: x [N,C,...] → y [N,C,...]. An average with explicit
 * padding counts the padding of all but the first of them, as MNN pools these two at once by its rule
 * for images (3.6.1 GeometryPooling3D.cpp).
 */
export const pooling3d: OpDefinition<Pool3DAttributes> = {
  name: 'Pooling3D',
  opTypes: [OpType.Pooling3D],
  parse(op, context) {
    const table = parameter(op, 'Pool3D', context);
    if (table.type !== PoolType.MAXPOOL && table.type !== PoolType.AVEPOOL) {
      throw new GraphError(`${context.where}: expected maximum or average pooling, got type ${table.type}`);
    }
    return {
      kind: table.type === PoolType.MAXPOOL ? 'max' : 'average',
      global: table.isGlobal,
      kernel: Array.from(table.kernels ?? []),
      stride: Array.from(table.strides ?? []),
      pads: Array.from(table.pads ?? []),
      padType: table.padType,
    };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    if (layout === 'NHWC') throw new GraphError(`${where}: expected an NCHW input, got NHWC`);
    if (shape.length < 3)
      throw new GraphError(`${where}: expected at least one dimension after the channels, got [${shape}]`);
    const windows = windowsOf(attributes, shape.slice(2), where);
    return [{ shape: [...shape.slice(0, 2), ...windows.map((window) => window.outputSize)], dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Pooling3D');
    const spatial = x.shape.slice(2);
    const windows = windowsOf(attributes, spatial, 'Pooling3D');
    const planes = x.shape[0] * x.shape[1];
    const size = spatial.reduce((product, extent) => product * extent, 1);
    const outputSize = y.data.length / Math.max(planes, 1);
    const strides = denseStrides(windows.map((window) => window.outputSize));
    const inner = denseStrides(spatial);
    for (let plane = 0; plane < planes; plane++) {
      for (let i = 0; i < outputSize; i++) {
        const ranges = windows.map((window, axis) => {
          const at = Math.floor(i / strides[axis]) % window.outputSize;
          return rangeAt(window, axis, at, spatial[axis], attributes);
        });
        y.data[plane * outputSize + i] = reduceBox(x, plane * size, inner, ranges, attributes.kind);
      }
    }
  },
  cases: () => [
    {
      title: 'global average of four dimensions',
      attributes: attributesOf({ global: true }),
      inputs: [{ shape: [2, 5, 4, 3] }],
    },
    {
      title: 'global maximum of five dimensions',
      attributes: attributesOf({ global: true, kind: 'max' }),
      inputs: [{ shape: [1, 3, 2, 4, 3] }],
    },
    {
      title: 'average, padding',
      attributes: attributesOf({ pads: [1, 1, 1] }),
      inputs: [{ shape: [1, 2, 4, 6, 5] }],
    },
    { title: 'average 2x2x2', attributes: attributesOf({}), inputs: [{ shape: [1, 3, 4, 6, 5] }] },
    {
      title: 'maximum, padding',
      attributes: attributesOf({ kind: 'max', pads: [1, 1, 1] }),
      inputs: [{ shape: [1, 2, 4, 6, 5] }],
    },
  ],
};

function attributesOf(options: Partial<Pool3DAttributes>): Pool3DAttributes {
  return {
    kind: 'average',
    global: false,
    kernel: [2, 2, 2],
    stride: [2, 2, 2],
    pads: [0, 0, 0],
    padType: PoolPadType.CAFFE,
    ...options,
  };
}

type Window3D = WindowAxis & { readonly kernel: number; readonly stride: number };

function windowsOf(attributes: Pool3DAttributes, spatial: readonly number[], where: string): Window3D[] {
  return spatial.map((input, axis) => {
    if (attributes.global) return { outputSize: 1, padBefore: 0, kernel: input, stride: 1 };
    const [kernel, stride, pad] = [
      attributes.kernel[axis],
      attributes.stride[axis],
      attributes.pads[axis] ?? 0,
    ];
    if (!(kernel >= 1) || !(stride >= 1)) {
      throw new GraphError(
        `${where}: expected kernel and stride for ${spatial.length} dimensions, got [${attributes.kernel}] and [${attributes.stride}]`,
      );
    }
    const window =
      attributes.padType === PoolPadType.SAME
        ? sameWindow(input, kernel, stride)
        : attributes.padType === PoolPadType.VALID
          ? validWindow(input, kernel, stride)
          : paddedWindow(input, kernel, stride, pad, pad);
    return { ...window, kernel, stride };
  });
}

/** Pixels of a window along one dimension. */
interface WindowRange {
  readonly from: number;
  readonly to: number;
  /** By how much an average divides. */
  readonly counted: number;
}

function rangeAt(
  { stride, padBefore, kernel }: Window3D,
  axis: number,
  at: number,
  input: number,
  { global, padType }: Pool3DAttributes,
): WindowRange {
  const start = at * stride - padBefore;
  const [from, to] = [Math.max(0, start), Math.min(input, start + kernel)];
  const countsPadding = !global && padType === PoolPadType.CAFFE && axis > 0;
  const counted = countsPadding ? Math.min(start + kernel, input + padBefore) - start : to - from;
  return { from, to, counted };
}

function reduceBox(
  x: HostTensor,
  base: number,
  strides: readonly number[],
  ranges: readonly WindowRange[],
  kind: Pool3DAttributes['kind'],
): number {
  let sum = 0;
  let maximum = Number.NEGATIVE_INFINITY;
  const count = ranges.reduce((product, { counted }) => product * counted, 1);
  const walk = (axis: number, at: number): void => {
    if (axis === ranges.length) {
      sum += x.data[at];
      maximum = Math.max(maximum, x.data[at]);
      return;
    }
    for (let i = ranges[axis].from; i < ranges[axis].to; i++) walk(axis + 1, at + i * strides[axis]);
  };
  walk(0, base);
  if (kind === 'max') return maximum;
  return count > 0 ? sum / count : 0;
}
