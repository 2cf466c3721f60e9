import {
  type ConvolutionAttributes,
  type GraphNode,
  INT8_WINOGRAD,
  type Int8ConvolutionAttributes,
  OPS,
  type OpDefinition,
  type QuantParams,
  type WinogradResultAttributes,
  type WinogradSourceAttributes,
} from '@mnnquant/graph';
import type { Convolution2D } from '@mnnquant/mnn-format';
import { decodeWinogradAttribute, type WinogradUnit, winogradMatrices } from '../winograd/index.ts';
import type { NetworkBuilder } from './network-builder.ts';

const round = Math.fround;

/** Transformed weights lie in ±127; MNN stores transformed inputs q + 128 (ConvInt8Winograd.cpp, 3.6.1). */
const BOUND = 127;
const STORED_ZERO = 128;
const LARGEST_STORED = BOUND + STORED_ZERO;

/** Sums up to here are exact in float32. */
const EXACT = 2 ** 24;

/** MNN adds it before it rounds transformed weights. */
const EPSILON = 1e-6;

/** Tiles whose transforms are simulated. */
const TILES: ReadonlySet<number> = new Set([4, 6]);

/** The attribute of a convolution that MNN computes by Winograd's method; `undefined` for all others. */
export function winogradAttributeOf({ source, definition }: GraphNode): Int32Array | undefined {
  const table = source.main?.type === 'Convolution2D' ? source.main.value : undefined;
  return definition.name === 'Convolution' ? table?.symmetricQuan?.winogradAttr : undefined;
}

/**
 * Adds a convolution by Winograd's method as MNN's ConvInt8Winograd.cpp (3.6.1) computes it: the tiles transformed and rounded to int8, a
 * matrix product for each position, and the results transformed back. Returns in words what is in the way, else `undefined`.
 *
 * @param attributes as of the same convolution without the method
 */
export function addWinograd(
  builder: NetworkBuilder,
  node: GraphNode,
  attribute: Int32Array,
  attributes: Int8ConvolutionAttributes,
): string | undefined {
  const { op, inputs, outputs } = attributes;
  const unit = readUnit(attribute, op);
  if (typeof unit === 'string') return unit;
  const channels = op.weight!.length / op.outputChannels / op.kernel[0] / op.kernel[1];
  if (channels * BOUND * LARGEST_STORED >= EXACT)
    return `${channels} input channels are too many for exact sums`;
  const [input, output] = [inputs[0] as QuantParams, outputs[0] as QuantParams];
  const whole = transformedWeights(attributes, unit, channels);
  const [from, to] = [node.inputs[0] as number, node.outputs[0] as number];
  const source = builder.int8(from, input);
  const [tiles, sums] = [builder.temporary(from), builder.temporary(to)];
  const tileAttributes: WinogradSourceAttributes = {
    op,
    unit: unit.unit,
    input,
    scales: unit.inputScales,
    zeroPoints: unit.inputZeroPoints,
  };
  const named = { name: node.name, source: node.source };
  const add = (
    definition: unknown,
    own: unknown,
    reads: readonly number[],
    writes: number,
    index = -1 - writes,
  ) =>
    builder.add({
      ...named,
      index,
      definition: definition as OpDefinition,
      attributes: own,
      inputs: reads,
      outputs: [writes],
    });
  add(INT8_WINOGRAD.Int8WinogradSource, tileAttributes, [source], tiles);
  add(convolution(), productAttributes(op, unit, channels, whole), [tiles], sums);
  const table = node.source.main?.value as Convolution2D;
  const result = resultAttributes(attributes, unit, channels, whole, table, output);
  add(INT8_WINOGRAD.Int8WinogradResult, result, [sums, source], builder.make(to, output), node.index);
  return undefined;
}

function convolution(): OpDefinition {
  return OPS.find(({ name }) => name === 'Convolution') as OpDefinition;
}

function readUnit(attribute: Int32Array, op: ConvolutionAttributes): WinogradUnit | string {
  const [, units] = attribute;
  if (units !== 1) return `its Winograd attribute has ${units} units`;
  const unit = decodeWinogradAttribute(attribute, op.outputChannels);
  const alpha = unit.unit + unit.kernel - 1;
  if (unit.kernel !== op.kernel[0] || unit.kernel !== op.kernel[1] || unit.unit < 2 || !TILES.has(alpha))
    return `its Winograd tiles have ${alpha} pixels for a kernel of ${unit.kernel}`;
  return unit;
}

/** [positions, O, C]: whole numbers, as `makeWinoResource` rounds them. */
function transformedWeights(
  { op, weightScales }: Int8ConvolutionAttributes,
  { unit, kernel, weightScales: scales }: WinogradUnit,
  channels: number,
): Float32Array {
  const { alpha, weight: matrix } = winogradMatrices(unit, kernel);
  const left = Float32Array.from(matrix);
  const [taps, positions] = [kernel * kernel, alpha * alpha];
  const outputs = op.outputChannels;
  const result = new Float32Array(positions * outputs * channels);
  const [own, half] = [new Float32Array(taps), new Float32Array(alpha * kernel)];
  for (let pair = 0; pair < outputs * channels; pair++) {
    const output = Math.floor(pair / channels);
    for (let tap = 0; tap < taps; tap++)
      own[tap] = (op.weight as Float32Array)[pair * taps + tap]! * weightScales[output]!;
    for (let row = 0; row < alpha; row++)
      for (let column = 0; column < kernel; column++)
        half[row * kernel + column] = dot(left, row * kernel, 1, own, column, kernel, kernel);
    for (let at = 0; at < positions; at++) {
      const [row, column] = [Math.floor(at / alpha), at % alpha];
      const value = dot(half, row * kernel, 1, left, column * kernel, 1, kernel);
      result[at * outputs * channels + pair] = wholeWeight(value, scales[at * outputs + output]!);
    }
  }
  return result;
}

/** Sums up in order, each step in float32. */
function dot(
  a: Float32Array,
  from: number,
  step: number,
  b: Float32Array,
  other: number,
  otherStep: number,
  count: number,
): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum = round(sum + round(a[from + i * step]! * b[other + i * otherStep]!));
  return sum;
}

function wholeWeight(value: number, scale: number): number {
  const steps = round(value / scale);
  const pushed = round(steps + round(steps > 0 ? EPSILON : -EPSILON));
  const rounded = Math.sign(pushed) * Math.floor(Math.abs(pushed) + 0.5);
  return Math.min(BOUND, Math.max(-BOUND, rounded)) + 0;
}

/** A product of whole numbers for each position: a convolution in groups over pixels that are tiles. */
function productAttributes(
  op: ConvolutionAttributes,
  { unit, kernel }: WinogradUnit,
  channels: number,
  weight: Float32Array,
): ConvolutionAttributes {
  const positions = (unit + kernel - 1) ** 2;
  return {
    ...op,
    group: positions,
    outputChannels: positions * op.outputChannels,
    inputChannels: positions * channels,
    kernel: [1, 1],
    pads: [0, 0, 0, 0],
    padMode: 0,
    relu: false,
    relu6: false,
    weight,
    bias: undefined,
  };
}

/**
 * Scale and zero point of the output come from the op, not from the tensor; the bounds from the tensor (ConvInt8Winograd.cpp, 3.6.1).
 */
function resultAttributes(
  { op, bias }: Int8ConvolutionAttributes,
  { unit, inputScales, inputZeroPoints, weightScales }: WinogradUnit,
  channels: number,
  whole: Float32Array,
  { quanParameter, symmetricQuan }: Convolution2D,
  output: QuantParams,
): WinogradResultAttributes {
  const outputs = op.outputChannels;
  const scaleOut = round(quanParameter?.scaleOut || output.scale);
  const zeroPoint = symmetricQuan?.outputZeroPoint ?? 0;
  const offsets = weightScales.map((scale, at) => {
    const position = Math.floor(at / outputs);
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += whole[at * channels + c]!;
    const zeros = round(-sum * (inputZeroPoints[position]! + STORED_ZERO));
    return round(zeros * scale) * inputScales[position]!;
  });
  return {
    op,
    unit,
    steps: weightScales.map((scale, at) => scale * inputScales[Math.floor(at / outputs)]!),
    offsets,
    outputInverse: round(1 / scaleOut),
    bias: bias.map((value) => round(value / scaleOut) + zeroPoint),
    output: { min: op.relu || op.relu6 ? output.zeroPoint : output.min, max: output.max },
  };
}
