import { type Interp, CoordinateTransformationMode as Mode, OpType } from '@mnnquant/mnn-format';
import type { DescribedTensor } from '../described.ts';
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
  /** Depth, height and width; 0: the scales or the second input say it. */
  readonly size: readonly [number, number, number];
  /** Output by input extents. */
  readonly scales: readonly [number, number, number];
  /** Places of the taps, in a model saved for one input size, in which they are worked out already. */
  readonly places?: readonly Coordinates[];
}

const METHODS: Readonly<Record<number, InterpAttributes['method']>> = {
  1: 'nearest',
  2: 'bilinear',
  3: 'cubic',
  4: 'nearest-rounded',
};

/** Whatever the file says (ResizeFunction.cpp, MNN 3.6.1). */
const CUBIC_COEFFICIENT = -0.75;

/**
 * Resizes the images of a batch: x [N,C,H,W] → y [N,C,oH,oW]; NHWC alike. Lines, x [N,C,H] → y [N,C,oH], as images of
 * one column. Volumes, x [N,C,D,H,W] → y [N,C,oD,oH,oW], by the nearest value only (MNN 3.6.1 ConvertUtils.hpp, CPUResize.cpp, CPUInterp3D.cpp).
 */
export const interp: OpDefinition<InterpAttributes> = {
  name: 'Interp',
  opTypes: [OpType.Interp],
  parse(op, context) {
    const table = parameter(op, 'Interp', context);
    const method = resizeMethod(table.resizeType, context.where);
    // Where the places are worked out already, the mode no longer counts, and may be anything.
    if (context.described === undefined && !(table.ctm in COORDINATES))
      throw new GraphError(`${context.where}: coordinate mode ${table.ctm} is not evaluated`);
    return {
      method,
      mode: table.ctm,
      alignCorners: table.alignCorners,
      halfPixelCenters: table.halfPixelCenters,
      size: [table.outputDepth, table.outputHeight, table.outputWidth],
      scales: [table.depthScale, table.heightScale, table.widthScale],
      ...(context.described && fixedPlaces(table, context.described)),
    };
  },
  shape(attributes, inputs, where) {
    const { shape } = required(inputs, 0, where);
    if (shape.length < 3 || shape.length > 5)
      throw new GraphError(`${where}: expected an input of 3 to 5 dimensions, got [${shape}]`);
    return [resizedDesc(attributes, inputs, where)];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'Interp');
    resample(x, y, interpTaps(attributes, x, y, inputs[1]));
  },
  cases: interpCases,
};

/** @throws {GraphError} for a number that stands for no method */
export function resizeMethod(resizeType: number, where: string): InterpAttributes['method'] {
  const method = METHODS[resizeType];
  if (method === undefined)
    throw new GraphError(`${where}: expected resize type 1, 2, 3 or 4, got ${resizeType}`);
  return method;
}

/** The output's description; shared with Interp3D. */
export function resizedDesc(
  attributes: Pick<InterpAttributes, 'method' | 'size' | 'scales'>,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): TensorDesc {
  const { shape, dtype, layout } = required(inputs, 0, where);
  const { method } = attributes;
  const volume = shape.length === 5;
  if (shape.length !== 4 && layout === 'NHWC')
    throw new GraphError(`${where}: expected a ${shape.length}-D input in NCHW, got [${shape}] in NHWC`);
  if (volume && method !== 'nearest' && method !== 'nearest-rounded')
    throw new GraphError(
      `${where}: MNN 3.6.1 leaves volumes as they are where it is to resize them by ${method} interpolation; ` +
        'resize them to the nearest value, or one dimension pair after the other as images',
    );
  const size = outputSize(attributes, inputs, where);
  if (!size.every((extent) => extent >= 1))
    throw new GraphError(`${where}: the output would be ${size.join('x')} pixels`);
  const result = [...shape];
  for (const [i, extent] of size.entries()) result[spatialAxis(layout) + i] = extent;
  return { shape: result, dtype, layout };
}

function outputSize(
  { size, scales }: Pick<InterpAttributes, 'size' | 'scales'>,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): number[] {
  const { shape, layout } = required(inputs, 0, where);
  const spatial = shape.length - 2;
  const first = spatialAxis(layout);
  const second = inputs[1];
  if (second !== undefined) {
    const values = knownIntegers(inputs, 1, where);
    if (values.length === shape.length) {
      const factor = second.dtype === 'float32';
      const sizes = values.map((value, k) =>
        factor ? Math.trunc(Math.fround(value * shape[k])) : Math.trunc(value),
      );
      return spatialPart(sizes, shape, first, where);
    }
    if (values.length !== 2 || spatial > 2) {
      const expected = spatial === 2 ? '2 or 4' : shape.length;
      throw new GraphError(`${where}: expected ${expected} sizes, got ${values.length}`);
    }
    return values.slice(0, spatial).map(Math.trunc);
  }
  // Lines have a height.
  const [start, end] = spatial === 3 ? [0, 3] : [1, 1 + spatial];
  const wanted = size.slice(start, end);
  if (wanted.every((extent) => extent > 0)) return wanted;
  return scales.slice(start, end).map((scale, k) => Math.trunc(Math.fround(shape[first + k] * scale)));
}

function spatialPart(sizes: number[], shape: readonly number[], first: number, where: string): number[] {
  const isSpatial = (axis: number): boolean => axis >= first && axis < first + shape.length - 2;
  const changed = sizes.findIndex((extent, axis) => !isSpatial(axis) && extent !== shape[axis]);
  if (changed >= 0)
    throw new GraphError(
      `${where}: expected to keep the batch and the channels of [${shape}], got size ${sizes[changed]} for dimension ${changed}`,
    );
  return sizes.slice(first, first + shape.length - 2);
}

/** What each row and each column of the output is made of, slices before them; shared by the reference and kernels. */
export function interpTaps(
  attributes: InterpAttributes,
  x: TensorDesc,
  y: TensorDesc,
  second: HostTensor | undefined,
): Taps[] {
  return places(attributes, x, y, second).map(({ input, output, place }) =>
    tapsAlong(attributes, input, output, place),
  );
}

/** Where each row and each column of the output lies in the input, as float32. */
export function interpPositions(
  attributes: InterpAttributes,
  x: TensorDesc,
  y: TensorDesc,
  second: HostTensor | undefined,
): Float32Array[] {
  return places(attributes, x, y, second).map(({ output, place }) =>
    Float32Array.from({ length: output }, (_, i) => positionOf(i, place)),
  );
}

function places(
  attributes: InterpAttributes,
  x: TensorDesc,
  y: TensorDesc,
  second: HostTensor | undefined,
): { input: number; output: number; place: Coordinates }[] {
  return x.shape.slice(2).map((_, k) => {
    const axis = spatialAxis(x.layout) + k;
    const [input, output] = [x.shape[axis], y.shape[axis]];
    const given = givenStep(second, x, axis);
    return { input, output, place: attributes.places?.[k] ?? coordinates(attributes, input, output, given) };
  });
}

/** The file then has steps in place of scales, and offsets (GeometryImageOp.cpp). */
function fixedPlaces(
  table: Interp,
  [{ desc }]: readonly DescribedTensor[],
): Pick<InterpAttributes, 'size' | 'places'> {
  const place = (step: number, offset: number): Coordinates => ({ step, offset });
  return {
    size: describedSize(desc),
    places: [place(table.heightScale, table.heightOffset), place(table.widthScale, table.widthOffset)],
  };
}

/** Depth, height and width of a tensor; no depth where it has four dimensions, a width of 1 where it has three. */
export function describedSize({ shape, layout }: TensorDesc): readonly [number, number, number] {
  const spatial = shape.slice(spatialAxis(layout), spatialAxis(layout) + shape.length - 2);
  const [depth, height, width = 1] = spatial.length === 3 ? spatial : [0, ...spatial];
  return [depth, height, width];
}

/** 1/scale where the second input holds scales for every dimension. */
function givenStep(second: HostTensor | undefined, x: TensorDesc, axis: number): number | undefined {
  if (second?.dtype !== 'float32' || second.data.length !== x.shape.length) return undefined;
  return 1 / second.data[axis];
}

/** Source coordinate of output i: i * step + offset. */
export interface Coordinates {
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

/** Taps of all outputs along a dimension. */
export function tapsAlong(
  attributes: Pick<InterpAttributes, 'method'>,
  input: number,
  output: number,
  place: Coordinates,
): Taps {
  const clamp = (at: number): number => Math.min(input - 1, Math.max(0, at));
  return { taps: Array.from({ length: output }, (_, i) => tapsAt(positionOf(i, place), attributes, clamp)) };
}

/** Positions are float32 in MNN, also where they decide which pixel is the nearest. */
function positionOf(i: number, { step, offset }: Coordinates): number {
  return Math.fround(Math.fround(i * step) + offset);
}

function tapsAt(
  x: number,
  attributes: Pick<InterpAttributes, 'method'>,
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
        weight: cubicWeight(x - floor - k),
      }));
  }
}

/** Keys' cubic convolution kernel (1981). */
function cubicWeight(distance: number): number {
  const a = CUBIC_COEFFICIENT;
  const t = Math.abs(distance);
  if (t <= 1) return (a + 2) * t * t * t - (a + 3) * t * t + 1;
  return t < 2 ? a * t * t * t - 5 * a * t * t + 8 * a * t - 4 * a : 0;
}

/** A dimension that is not there: one element, which is read as it is. */
export const NO_EXTENT: Taps = { taps: [[{ at: 0, weight: 1 }]] };

/** Sums the taps of every output pixel; `dimensions` are those of lines, images or volumes. */
export function resample(x: HostTensor, y: HostTensor, dimensions: readonly Taps[]): void {
  if (x.shape.length === 3) {
    const image = (line: HostTensor): HostTensor => ({ ...line, shape: [...line.shape, 1] });
    resample(image(x), image(y), [...dimensions, NO_EXTENT]);
    return;
  }
  const rank = x.shape.length;
  const [depth, vertical, horizontal] = rank === 5 ? dimensions : [NO_EXTENT, ...dimensions];
  const channel = channelAxis(x.layout, rank);
  const [from, to] = [denseStrides(x.shape), denseStrides(y.shape)];
  const [first, rows] = [spatialAxis(x.layout), spatialAxis(x.layout) + rank - 4];
  for (let n = 0; n < x.shape[0]; n++) {
    for (let c = 0; c < x.shape[channel]; c++) {
      const [source, target] = [n * from[0] + c * from[channel], n * to[0] + c * to[channel]];
      for (const [oz, slices] of depth.taps.entries()) {
        for (const [oy, lines] of vertical.taps.entries()) {
          for (const [ox, columns] of horizontal.taps.entries()) {
            let sum = 0;
            for (const slice of slices)
              for (const line of lines) {
                const start = source + slice.at * from[first] + line.at * from[rows];
                for (const { at, weight } of columns)
                  sum += x.data[start + at * from[rows + 1]] * weight * line.weight * slice.weight;
              }
            y.data[target + oz * to[first] + oy * to[rows] + ox * to[rows + 1]] = sum;
          }
        }
      }
    }
  }
}
