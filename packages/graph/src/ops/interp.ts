import { CoordinateTransformationMode as Mode, OpType } from '@mnnquant/mnn-format';
import { channelAxis, spatialAxis } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { interpCases } from './interp-cases.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface InterpAttributes {
  readonly method: 'nearest' | 'bilinear' | 'cubic' | 'nearest-rounded';
  readonly mode: number;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
  /** Height and width; 0: the scales or the second input say it. */
  readonly size: readonly [number, number];
  readonly scales: readonly [number, number];
  readonly cubicCoefficient: number;
}

const METHODS: Readonly<Record<number, InterpAttributes['method']>> = {
  1: 'nearest',
  2: 'bilinear',
  3: 'cubic',
  4: 'nearest-rounded',
};

/** Resizes the images of a batch: x [N,C,H,W] → y [N,C,oH,oW]; NHWC alike (MNN 3.6.1 ConvertUtils.hpp, CPUResize.cpp). */
export const interp: OpDefinition<InterpAttributes> = {
  name: 'Interp',
  opTypes: [OpType.Interp],
  parse(op, context) {
    const table = parameter(op, 'Interp', context);
    const method = METHODS[table.resizeType];
    if (method === undefined)
      throw new GraphError(`${context.where}: expected resize type 1, 2, 3 or 4, got ${table.resizeType}`);
    if (!(table.ctm in COORDINATES))
      throw new GraphError(`${context.where}: coordinate mode ${table.ctm} is not evaluated`);
    return {
      method,
      mode: table.ctm,
      alignCorners: table.alignCorners,
      halfPixelCenters: table.halfPixelCenters,
      size: [table.outputHeight, table.outputWidth],
      scales: [table.heightScale, table.widthScale],
      cubicCoefficient: table.cubicCoeffA === 0 ? -0.75 : table.cubicCoeffA,
    };
  },
  shape(attributes, inputs, where) {
    const input = required(inputs, 0, where);
    const { shape, dtype, layout } = input;
    if (shape.length !== 4) throw new GraphError(`${where}: expected a 4-D input, got [${shape}]`);
    const [height, width] = outputSize(attributes, inputs, where);
    if (height < 1 || width < 1)
      throw new GraphError(`${where}: the output would be ${height}x${width} pixels`);
    const result = [...shape];
    result[spatialAxis(layout)] = height;
    result[spatialAxis(layout) + 1] = width;
    return [{ shape: result, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Interp');
    const [vertical, horizontal] = interpTaps(attributes, x, y, inputs[1]);
    resample(x, y, vertical, horizontal);
  },
  cases: interpCases(),
};

function outputSize(
  { size, scales }: InterpAttributes,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): [number, number] {
  const { shape, layout } = required(inputs, 0, where);
  const axis = spatialAxis(layout);
  const second = inputs[1];
  if (second !== undefined) {
    const values = knownIntegers(inputs, 1, where);
    if (values.length === shape.length) {
      const factor = second.dtype === 'float32';
      const at = (k: number): number => (factor ? Math.trunc(Math.fround(values[k] * shape[k])) : values[k]);
      return [at(axis), at(axis + 1)];
    }
    if (values.length !== 2)
      throw new GraphError(`${where}: expected 2 or ${shape.length} sizes, got ${values.length}`);
    return [Math.trunc(values[0]), Math.trunc(values[1])];
  }
  if (size[0] > 0 && size[1] > 0) return [size[0], size[1]];
  return [
    Math.trunc(Math.fround(shape[axis] * scales[0])),
    Math.trunc(Math.fround(shape[axis + 1] * scales[1])),
  ];
}

/** What each row and each column of the output is made of; shared by the reference and kernels. */
export function interpTaps(
  attributes: InterpAttributes,
  x: TensorDesc,
  y: TensorDesc,
  second: HostTensor | undefined,
): [vertical: Taps, horizontal: Taps] {
  const along = (k: number): Taps => {
    const axis = spatialAxis(x.layout) + k;
    return tapsAlong(attributes, x.shape[axis], y.shape[axis], givenStep(second, x, axis));
  };
  return [along(0), along(1)];
}

/** 1/scale where the second input holds scales for every dimension. */
function givenStep(second: HostTensor | undefined, x: TensorDesc, axis: number): number | undefined {
  if (second?.dtype !== 'float32' || second.data.length !== x.shape.length) return undefined;
  return 1 / second.data[axis];
}

interface Coordinates {
  readonly step: number;
  readonly offset: number;
}

type Rule = (input: number, output: number, step: number) => Coordinates;

const halfPixels: Rule = (_input, _output, step) => ({ step, offset: Math.fround(0.5 * step - 0.5) });
const asymmetric: Rule = (_input, _output, step) => ({ step, offset: 0 });
const alignCorners: Rule = (input, output) => ({
  step: output === 1 ? 0 : Math.fround((input - 1) / (output - 1)),
  offset: 0,
});

/** Source coordinate of output i: i * step + offset, by `CoordinateTransformationMode`. */
const COORDINATES: Readonly<Record<number, Rule>> = {
  [Mode.NotSet]: asymmetric,
  [Mode.AlignCorners]: alignCorners,
  [Mode.HalfPixels]: halfPixels,
  [Mode.PytorchHalfPixels]: (input, output, step) =>
    output > 1 ? halfPixels(input, output, step) : { step: 0, offset: 0 },
  [Mode.Asymmetric]: asymmetric,
  [Mode.TensorflowHalfPixels]: (_input, _output, step) => ({ step, offset: 0.5 * step }),
};

function coordinates(
  attributes: InterpAttributes,
  input: number,
  output: number,
  given: number | undefined,
): Coordinates {
  const { mode, method } = attributes;
  let rule = COORDINATES[mode];
  if (mode === Mode.NotSet) {
    // Nearest of old models knows no half pixels.
    if (attributes.halfPixelCenters && method !== 'nearest') rule = halfPixels;
    else if (attributes.alignCorners) rule = alignCorners;
  }
  return rule(input, output, Math.fround(given ?? input / output));
}

export interface Taps {
  /** Source index and weight of each tap, per output. */
  readonly taps: readonly (readonly { readonly at: number; readonly weight: number }[])[];
}

function tapsAlong(
  attributes: InterpAttributes,
  input: number,
  output: number,
  given: number | undefined,
): Taps {
  const { step, offset } = coordinates(attributes, input, output, given);
  const clamp = (at: number): number => Math.min(input - 1, Math.max(0, at));
  // Positions are float32 in MNN, also where they decide which pixel is the nearest.
  const position = (i: number): number => Math.fround(Math.fround(i * step) + offset);
  return { taps: Array.from({ length: output }, (_, i) => tapsAt(position(i), attributes, clamp)) };
}

function tapsAt(
  x: number,
  attributes: InterpAttributes,
  clamp: (at: number) => number,
): Taps['taps'][number] {
  const floor = Math.floor(x);
  switch (attributes.method) {
    case 'nearest':
      return [{ at: clamp(floor), weight: 1 }];
    case 'nearest-rounded':
      return [{ at: clamp(Math.floor(Math.fround(x + 0.499))), weight: 1 }];
    case 'bilinear':
      return [
        { at: clamp(floor), weight: 1 - (x - floor) },
        { at: clamp(floor + 1), weight: x - floor },
      ];
    case 'cubic':
      return [-1, 0, 1, 2].map((k) => ({
        // MNN cuts towards zero here (CPUResize.hpp), which differs from floor before the first pixel.
        at: clamp(Math.trunc(x) + k),
        weight: cubicWeight(x - floor - k, attributes.cubicCoefficient),
      }));
  }
}

/** Keys' cubic convolution kernel (1981) with coefficient a. */
function cubicWeight(distance: number, a: number): number {
  const t = Math.abs(distance);
  if (t <= 1) return (a + 2) * t * t * t - (a + 3) * t * t + 1;
  return t < 2 ? a * t * t * t - 5 * a * t * t + 8 * a * t - 4 * a : 0;
}

function resample(x: HostTensor, y: HostTensor, vertical: Taps, horizontal: Taps): void {
  const channel = channelAxis(x.layout, 4);
  const spatial = spatialAxis(x.layout);
  const [from, to] = [denseStrides(x.shape), denseStrides(y.shape)];
  for (let n = 0; n < x.shape[0]; n++) {
    for (let c = 0; c < x.shape[channel]; c++) {
      const [source, target] = [n * from[0] + c * from[channel], n * to[0] + c * to[channel]];
      for (const [oy, rows] of vertical.taps.entries()) {
        for (const [ox, columns] of horizontal.taps.entries()) {
          let sum = 0;
          for (const row of rows) {
            let line = 0;
            for (const column of columns)
              line += x.data[source + row.at * from[spatial] + column.at * from[spatial + 1]] * column.weight;
            sum += line * row.weight;
          }
          y.data[target + oy * to[spatial] + ox * to[spatial + 1]] = sum;
        }
      }
    }
  }
}
