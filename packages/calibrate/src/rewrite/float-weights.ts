import { decodeConvolutionWeights, type Op, OpType, opTypeName } from '@mnnquant/mnn-format';
import { RewriteError } from './rewrite-error.ts';

/**
 * A convolution that stays float, with its weights as floats: among tensors with scales the runtime
 * takes a convolution without float weights for int8 (CPUBackend.cpp, MNN 3.6.1), although compressed
 * weights have none of the parameters which that needs. Any other op comes back as it is.
 *
 * @throws {RewriteError} where the weights are still in another file
 */
export function withFloatWeights(op: Op, index: number): Op {
  const convolution = op.type === OpType.Convolution || op.type === OpType.ConvolutionDepthwise;
  if (!convolution || op.main?.type !== 'Convolution2D' || (op.inputIndexes?.length ?? 0) > 1) return op;
  const conv = op.main.value;
  if (conv.weight !== undefined) return op;
  const where = `${op.name ?? `op ${index}`} (${opTypeName(op.type)})`;
  if ((conv.external?.length ?? 0) > 0)
    throw new RewriteError(
      `${where}: its weights are in another file; read them in first (inlineExternalWeights)`,
    );
  if (conv.quanParameter === undefined) return op;
  const weight = decodeConvolutionWeights(conv, where);
  const value = { ...conv, weight, quanParameter: undefined, symmetricQuan: undefined };
  return { ...op, main: { type: 'Convolution2D', value } };
}
