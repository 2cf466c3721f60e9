import { decodeWholeWeights } from '@mnnquant/mnn-format';
import type { QuantParams } from '../backend.ts';
import type { GraphNode } from '../graph.ts';
import { GraphError } from '../op.ts';
import type { ConvolutionAttributes } from '../ops/convolution-attributes.ts';
import type { Int8ConvolutionAttributes } from './requantization.ts';

/** MNN's kernels take weights marked as of this many bits as they are. */
const PLAIN_BITS = 8;

/** Why a convolution that MNN runs in int8 is something else there than its definition; `undefined` for all others. */
export function refusesConvolution({ attributes, source }: GraphNode): string | undefined {
  const { bias, depthwise, group } = attributes as ConvolutionAttributes;
  const table = source.main?.type === 'Convolution2D' ? source.main.value : undefined;
  const { nbits = PLAIN_BITS } = table?.symmetricQuan ?? {};
  if (bias === undefined) return 'it has no bias: MNN takes its scales for those of models before 1.1.5';
  if (group > 1 && !depthwise) return "MNN's int8 kernel ignores its groups";
  if (nbits !== PLAIN_BITS)
    return `it is marked as of ${nbits} bits, which MNN's kernels read in ways of their own`;
  return undefined;
}

/** @throws {GraphError} where the file's weights are no whole numbers with one scale for each output channel */
export function int8ConvolutionAttributes(
  { name, attributes, source, definition }: GraphNode,
  inputs: readonly (QuantParams | undefined)[],
  outputs: readonly QuantParams[],
): Int8ConvolutionAttributes {
  const where = `${name} (${definition.name})`;
  const op = attributes as ConvolutionAttributes;
  const table = source.main?.type === 'Convolution2D' ? source.main.value : undefined;
  const whole = table && decodeWholeWeights(table, where);
  if (whole === undefined)
    throw new GraphError(
      `${where}: expected int8 weights in its quanParameter, got others; quantize the model again`,
    );
  const { values, scales, offsets } = whole;
  if (offsets !== undefined || scales.length !== op.outputChannels)
    throw new GraphError(
      `${where}: expected ${op.outputChannels} weight scales without offsets, got ${scales.length}${offsets ? ' with offsets' : ''}`,
    );
  const plain = { ...op, weight: Float32Array.from(values), bias: undefined };
  const bias = op.bias ?? new Float32Array(op.outputChannels);
  return { op: plain, inputs, outputs, weightScales: scales, bias };
}
