import { constantTensor } from '@mnnquant/graph';
import { type Convolution2D, type MnnModel, type Op, OpType } from '@mnnquant/mnn-format';
import { constantOps } from './constant-ops.ts';

/** A model whose convolutions hold their own weights, and which ones were given them (names of ops). */
export interface InlinedModel {
  readonly model: MnnModel;
  readonly convolutions: readonly string[];
}

/**
 * Puts weights that are constants of the file into the convolutions that read them.
 *
 * MNN's converter leaves weights as an input where more than four convolutions share them (OnnxConvolutionMerge.cpp,
 * 3.6.1; one with --optimizePrefer 1), as the heads of detectors and filter banks do; the runtime computes such a
 * convolution in float only. Each gets a copy. Constants that nothing reads any more are taken
 * out, the tensors keep their ids. Grouped convolutions (which stay float) and subgraphs are left as they are; a model
 * without such convolutions comes back itself.
 */
export function inlineConstantWeights(model: MnnModel): InlinedModel {
  const { net } = model;
  const ops = net.oplists ?? [];
  const constants = constantOps(ops);
  const convolutions: string[] = [];
  const inlined = ops.map((op) => {
    const whole = withOwnWeights(op, constants);
    if (whole === undefined) return op;
    convolutions.push(op.name ?? '');
    return whole;
  });
  if (convolutions.length === 0) return { model, convolutions };
  const oplists = withoutIdle(inlined, ops, new Set(net.outputName ?? []), net.tensorName ?? []);
  return { model: { ...model, net: { ...net, oplists } }, convolutions };
}

/** `undefined` where an op is no convolution with constant weights. */
function withOwnWeights(op: Op, constants: ReadonlyMap<number, Op>): Op | undefined {
  const depthwise = op.type === OpType.ConvolutionDepthwise;
  const [x, weights, bias] = op.inputIndexes ?? [];
  if (!depthwise && op.type !== OpType.Convolution) return undefined;
  if (op.main?.type !== 'Convolution2D' || weights === undefined || constants.has(x!)) return undefined;
  const { common } = op.main.value;
  if (common === undefined || (!depthwise && common.group > 1)) return undefined;
  const weight = floatsOf(constants.get(weights));
  const added = bias === undefined ? undefined : floatsOf(constants.get(bias));
  if (weight === undefined || (bias !== undefined && added === undefined)) return undefined;
  const [outputs = 0, channels = 0, height = 1, width = 1] = weight.shape;
  const value: Convolution2D = {
    ...op.main.value,
    // Networks of TensorFlow leave the sizes to the weights (ShapeConvolution.cpp, MNN 3.6.1).
    common:
      common.outputCount > 0
        ? common
        : { ...common, outputCount: outputs, inputCount: channels, kernelX: width, kernelY: height },
    weight: weight.data,
    bias: added?.data ?? new Float32Array(outputs),
  };
  return { ...op, inputIndexes: Int32Array.of(x!), main: { type: 'Convolution2D', value } };
}

interface Floats {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function floatsOf(op: Op | undefined): Floats | undefined {
  if (op?.main?.type !== 'Blob') return undefined;
  const { shape, data } = constantTensor(op.main.value, op.name ?? 'a constant');
  return data instanceof Float32Array ? { shape, data } : undefined;
}

/** Without the constants that only the weights of convolutions came from. */
function withoutIdle(
  ops: readonly Op[],
  before: readonly Op[],
  outputs: ReadonlySet<string>,
  names: readonly string[],
): Op[] {
  const readBy = (list: readonly Op[]): Set<number> =>
    new Set(list.flatMap(({ inputIndexes = [] }) => Array.from(inputIndexes)));
  const [read, readBefore] = [readBy(ops), readBy(before)];
  const isIdle = ({ type, outputIndexes }: Op): boolean => {
    const tensor = outputIndexes?.[0] ?? -1;
    const unread = readBefore.has(tensor) && !read.has(tensor);
    return type === OpType.Const && unread && !outputs.has(names[tensor] ?? '');
  };
  return ops.filter((op) => !isIdle(op));
}
