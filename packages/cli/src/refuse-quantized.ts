import { type Net, type Op, OpType, opTypeName } from '@mnnquant/mnn-format';
import { QuantizeError } from './errors.ts';

/** Ops that only quantized models have: MNN's own before 1.1.5, and those of TensorFlow and ONNX files. */
const QUANTIZED_OPS: ReadonlySet<number> = new Set([
  OpType.ConvInt8,
  OpType.DepthwiseConvInt8,
  OpType.Dequantize,
  OpType.DynamicQuant,
  OpType.EltwiseInt8,
  OpType.FloatToInt8,
  OpType.Int8ToFloat,
  OpType.QuantizeMaxMin,
  OpType.QuantizeV2,
  OpType.QuantizedAdd,
  OpType.QuantizedAvgPool,
  OpType.QuantizedBiasAdd,
  OpType.QuantizedConcat,
  OpType.QuantizedDepthwiseConv2D,
  OpType.QuantizedLogistic,
  OpType.QuantizedMaxPool,
  OpType.QuantizedReshape,
  OpType.QuantizedSoftmax,
  OpType.RequantizationRange,
  OpType.Requantize,
  OpType.TfQuantizedConv2D,
]);

/**
 * Refuses a model that is quantized already. Weights that are only stored with fewer bits
 * (`--weightQuantBits` of MNN's converter) are fine: they are floats to the network.
 *
 * @throws {QuantizeError} that names the op, or counts the tensors with scales
 */
export function refuseQuantized(net: Net, path: string): void {
  const bodies = (net.subgraphs ?? []).map(({ nodes }) => nodes);
  for (const op of [net.oplists, ...bodies].flatMap((ops) => ops ?? [])) {
    const why = whyQuantized(op);
    if (why !== undefined) throw refusal(path, `${op.name ?? 'an op'} ${why}`);
  }
  const scales = net.extraTensorDescribe?.filter((describe) => describe.quantInfo !== undefined) ?? [];
  if (scales.length > 0) throw refusal(path, `${scales.length} tensors have a scale`);
}

function refusal(path: string, why: string): QuantizeError {
  return new QuantizeError(`${path} is quantized already (${why}); give the float model`);
}

function whyQuantized({ type, main }: Op): string | undefined {
  if (QUANTIZED_OPS.has(type)) return `is a ${opTypeName(type)}`;
  if (main?.type !== 'Convolution2D') return undefined;
  const { quanParameter, symmetricQuan } = main.value;
  if (symmetricQuan?.weight !== undefined) return `is a ${opTypeName(type)} with int8 weights`;
  const scaled = (quanParameter?.scaleIn ?? 0) !== 0 || (quanParameter?.scaleOut ?? 0) !== 0;
  return scaled ? `is a ${opTypeName(type)} with scales for its input and output` : undefined;
}
