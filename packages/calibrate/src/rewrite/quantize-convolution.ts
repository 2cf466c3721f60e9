import type { QuantParams } from '@mnnquant/graph';
import {
  type Convolution2D,
  DataType,
  encodeInt8Weights,
  type IDSTQuan,
  type Op,
  opTypeName,
  QuantizeAlgo,
  type QuantizedFloatParam,
  ScaleStorageType,
} from '@mnnquant/mnn-format';
import type { QuantizedWeights } from '../weights/weight-quantizer.ts';
import { RewriteError } from './rewrite-error.ts';

/**
 * A Convolution or ConvolutionDepthwise with int8 weights, as MNN 1.2 to 3.6 reads it.
 *
 * The type stays; the float weights go; the bias stays float (zeros where there was none: without
 * one the runtime takes another path). `nbits` is 8: below that x86 chooses a kernel that computes
 * garbage (ConvInt8TiledExecutor.cpp, MNN 3.6.1).
 *
 * @throws {RewriteError} where weights, scales and op do not fit
 */
export function quantizeConvolution(
  op: Op,
  index: number,
  { quantized, scales: alpha }: QuantizedWeights,
  scales: ReadonlyMap<number, QuantParams>,
): Op {
  const where = `${op.name ?? `op ${index}`} (${opTypeName(op.type)})`;
  const conv = convolutionOf(op, where);
  const channels = conv.common?.outputCount ?? 0;
  checkWeights(where, channels, quantized, alpha);
  const input = scaleOf(where, 'input', op.inputIndexes, scales);
  const output = scaleOf(where, 'output', op.outputIndexes, scales);
  const value: Convolution2D = {
    ...conv,
    weight: undefined,
    external: undefined,
    sparseParameter: undefined,
    bias: biasOf(where, conv, channels),
    quanParameter: weightParameter(quantized, alpha, input, output),
    symmetricQuan: activationParameter(input, output),
  };
  return { ...op, externalPath: undefined, main: { type: 'Convolution2D', value } };
}

function convolutionOf(op: Op, where: string): Convolution2D {
  if (op.main?.type !== 'Convolution2D')
    throw new RewriteError(`${where}: expected a convolution, got parameters ${op.main?.type ?? 'none'}`);
  if (op.inputIndexes?.length !== 1)
    throw new RewriteError(`${where}: expected 1 input, got ${op.inputIndexes?.length ?? 0}`);
  return op.main.value;
}

function checkWeights(where: string, channels: number, quantized: Int8Array, alpha: Float32Array): void {
  if (channels <= 0 || alpha.length !== channels)
    throw new RewriteError(
      `${where}: expected ${channels} weight scales, one a channel, got ${alpha.length}`,
    );
  if (quantized.length === 0 || quantized.length % channels !== 0)
    throw new RewriteError(`${where}: expected a multiple of ${channels} weights, got ${quantized.length}`);
  const bad = alpha.findIndex((scale) => !(scale > 0 && Number.isFinite(scale)));
  if (bad >= 0)
    throw new RewriteError(`${where}: expected positive weight scales, got ${alpha[bad]} for channel ${bad}`);
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

function biasOf(where: string, conv: Convolution2D, channels: number): Float32Array {
  const bias = conv.bias ?? new Float32Array(channels);
  if (bias.length !== channels)
    throw new RewriteError(`${where}: expected ${channels} biases, got ${bias.length}`);
  return bias;
}

function weightParameter(
  quantized: Int8Array,
  alpha: Float32Array,
  input: QuantParams,
  output: QuantParams,
): IDSTQuan {
  return {
    buffer: encodeInt8Weights(quantized, alpha.length, quantized.length / alpha.length),
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
    shapeInt32: Math.max(alpha.length, quantized.length / alpha.length) > 0xffff,
    weightSize: 0,
    index: undefined,
    alphaFp16: undefined,
    scaleStorage: ScaleStorageType.FP32,
  };
}

function activationParameter(input: QuantParams, output: QuantParams): QuantizedFloatParam {
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
    winogradAttr: undefined,
    outputDataType: DataType.DT_INT8,
    floatzeros: undefined,
  };
}
