import type { QuantParams } from '@mnnquant/graph';
import {
  type Convolution2D,
  type Convolution2DCommon,
  DataType,
  encodeWeights,
  type IDSTQuan,
  type Op,
  OpType,
  opTypeName,
  QuantizeAlgo,
  type QuantizedFloatParam,
  ScaleStorageType,
} from '@mnnquant/mnn-format';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';
import { RewriteError } from './rewrite-error.ts';

/**
 * A Convolution or ConvolutionDepthwise with weights of 2 to 8 bits, as MNN 1.2 to 3.6 reads it.
 *
 * The type stays; the float weights go; the bias stays float (zeros where there was none: without
 * one the runtime takes another path). `nbits` is 8 and the clamps are ±127 for every width: below
 * that x86 chooses a kernel that computes garbage and clamps activations to the range of the weights
 * (ConvInt8TiledExecutor.cpp, MNN 3.6.1). Fewer bits only make the file smaller, the runtime unpacks
 * weights to bytes.
 *
 * @throws {RewriteError} where weights, scales and op do not fit
 */
export function quantizeConvolution(
  op: Op,
  index: number,
  weights: QuantizedWeights,
  scales: ReadonlyMap<number, QuantParams>,
): Op {
  const where = `${op.name ?? `op ${index}`} (${opTypeName(op.type)})`;
  const conv = convolutionOf(op, where);
  const channels = conv.common?.outputCount ?? 0;
  checkWeights(where, channels, weights);
  const input = scaleOf(where, 'input', op.inputIndexes, scales);
  const output = scaleOf(where, 'output', op.outputIndexes, scales);
  const value: Convolution2D = {
    ...conv,
    common: conv.common && completed(conv.common, op, weights.quantized.length),
    weight: undefined,
    external: undefined,
    sparseParameter: undefined,
    bias: biasOf(where, weights.bias ?? conv.bias, channels),
    quanParameter: weightParameter(weights, input, output),
    symmetricQuan: activationParameter(input, output, weights.winogradAttr),
  };
  return { ...op, externalPath: undefined, main: { type: 'Convolution2D', value } };
}

/** With the input channels, where the file leaves them to the weights, and without empty pads: int8 kernels read both. */
function completed(common: Convolution2DCommon, { type }: Op, weights: number): Convolution2DCommon {
  const { inputCount, outputCount, kernelX, kernelY, pads } = common;
  const channels = weights / (outputCount * kernelX * kernelY);
  return {
    ...common,
    inputCount: inputCount === 0 && type === OpType.Convolution ? channels : inputCount,
    pads: pads?.length === 0 ? undefined : pads,
  };
}

function convolutionOf(op: Op, where: string): Convolution2D {
  if (op.main?.type !== 'Convolution2D')
    throw new RewriteError(`${where}: expected a convolution, got parameters ${op.main?.type ?? 'none'}`);
  if (op.inputIndexes?.length !== 1)
    throw new RewriteError(`${where}: expected 1 input, got ${op.inputIndexes?.length ?? 0}`);
  return op.main.value;
}

function checkWeights(where: string, channels: number, weights: QuantizedWeights): void {
  const { quantized, scales: alpha, bits = 8 } = weights;
  if (channels <= 0 || alpha.length !== channels)
    throw new RewriteError(
      `${where}: expected ${channels} weight scales, one a channel, got ${alpha.length}`,
    );
  if (quantized.length === 0 || quantized.length % channels !== 0)
    throw new RewriteError(`${where}: expected a multiple of ${channels} weights, got ${quantized.length}`);
  const bad = alpha.findIndex((scale) => !(scale > 0 && Number.isFinite(scale)));
  if (bad >= 0)
    throw new RewriteError(`${where}: expected positive weight scales, got ${alpha[bad]} for channel ${bad}`);
  if (!Number.isInteger(bits) || bits < 2 || bits > 8)
    throw new RewriteError(`${where}: expected 2 to 8 bits per weight, got ${bits}`);
  const largest = 2 ** (bits - 1) - 1;
  const outside = firstBeyond(quantized, largest);
  if (outside >= 0)
    throw new RewriteError(
      `${where}: expected weights within ±${largest} for ${bits} bits, got ${quantized[outside]} at ${outside}`,
    );
}

/** The first weight that is not within ±`largest`, or -1. */
function firstBeyond(quantized: Int8Array, largest: number): number {
  for (let i = 0; i < quantized.length; i++) {
    const weight = quantized[i] as number;
    if (weight < -largest || weight > largest) return i;
  }
  return -1;
}

function scaleOf(
  where: string,
  side: string,
  tensors: Int32Array | undefined,
  scales: ReadonlyMap<number, QuantParams>,
): QuantParams {
  const tensor = tensors?.[0] ?? -1;
  const params = scales.get(tensor);
  if (params === undefined)
    throw new RewriteError(`${where}: expected a scale for its ${side}, tensor ${tensor}, got none`);
  return params;
}

function biasOf(where: string, given: Float32Array | undefined, channels: number): Float32Array {
  const bias = given ?? new Float32Array(channels);
  if (bias.length !== channels)
    throw new RewriteError(`${where}: expected ${channels} biases, got ${bias.length}`);
  return bias;
}

function weightParameter(
  { quantized, scales: alpha, bits = 8 }: QuantizedWeights,
  input: QuantParams,
  output: QuantParams,
): IDSTQuan {
  const { buffer, shapeInt32 } = encodeWeights(
    quantized,
    alpha.length,
    quantized.length / alpha.length,
    bits,
  );
  return {
    buffer,
    alpha,
    type: 1,
    useInt32: false,
    quantScale: 1,
    scaleIn: Math.fround(input.scale),
    scaleOut: Math.fround(output.scale),
    aMaxOrBits: 8,
    aMin: 0,
    readType: 0,
    has_scaleInt: false,
    shapeInt32,
    weightSize: 0,
    index: undefined,
    alphaFp16: undefined,
    scaleStorage: ScaleStorageType.FP32,
  };
}

function activationParameter(
  input: QuantParams,
  output: QuantParams,
  winogradAttr: Int32Array | undefined,
): QuantizedFloatParam {
  return {
    weight: undefined,
    bias: undefined,
    scale: undefined,
    tensorScale: undefined,
    method: QuantizeAlgo.DEFAULT,
    nbits: 8,
    zeroPoint: input.zeroPoint,
    outputZeroPoint: output.zeroPoint,
    clampMin: -127,
    clampMax: 127,
    winogradAttr,
    outputDataType: DataType.DT_INT8,
    floatzeros: undefined,
  };
}
