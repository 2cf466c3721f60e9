import type {
  ConvolutionAttributes,
  GraphNode,
  Int8ConvolutionAttributes,
  QuantParams,
} from '@mnnquant/graph';
import { decodeWholeWeights } from '@mnnquant/mnn-format';

/** MNN's kernels for weights of this many bits read them as they are. */
const PLAIN_BITS = 8;

/** Attributes of a convolution in int8; in words what is in the way where MNN's int8 kernel does something else. */
export function int8Convolution(
  { name, source, attributes, definition }: GraphNode,
  inputs: readonly (QuantParams | undefined)[],
  outputs: readonly QuantParams[],
): Int8ConvolutionAttributes | string {
  const op = attributes as ConvolutionAttributes;
  const table = source.main?.type === 'Convolution2D' ? source.main.value : undefined;
  const whole = table && decodeWholeWeights(table, `${name} (${definition.name})`);
  if (table === undefined || whole === undefined) return 'its weights are not whole numbers';
  if (whole.offsets !== undefined || whole.scales.length !== op.outputChannels)
    return 'its weights have offsets, or other scales than one for each output channel';
  if (op.bias === undefined) return 'it has no bias: MNN takes its scales for those of models before 1.1.5';
  if (op.group > 1 && !op.depthwise) return "MNN's int8 kernel ignores its groups";
  const { nbits = PLAIN_BITS, winogradAttr } = table.symmetricQuan ?? {};
  if (nbits !== PLAIN_BITS) return `it is marked as of ${nbits} bits, which MNN's kernels read in other ways`;
  if (winogradAttr !== undefined && !op.depthwise) return "MNN computes it by Winograd's method";
  const plain = { ...op, weight: Float32Array.from(whole.values), bias: undefined };
  return { op: plain, inputs, outputs, weightScales: whole.scales, bias: op.bias };
}
