import { type Op, opTypeName, PoolType } from '@mnnquant/mnn-format';
import { hasInt8Unary } from './decompose.ts';
import type { Command, RuntimeTensor } from './runtime-tensor.ts';

/**
 * Why MNN's CPU runtime runs a command in float; `undefined` where it runs it in int8. The rules of
 * CPUBackend.cpp `_supportQuant` (MNN 3.6.1, built with MNN_SUPPORT_QUANT_EXTEND as by default).
 */
export function floatReason(command: Command, op: Op): string | undefined {
  const [output] = command.outputs;
  if (output?.quant === undefined) return 'its output has no scale';
  if (command.inputs.some(({ quant }) => quant === undefined)) return 'an input has no scale';
  if (command.inputs.some(({ quant }) => quant?.int8 !== true)) return 'an input is not int8';
  if (command.type === 'While' && op.main?.type === 'BinaryOp')
    return 'MNN spreads the smaller of its operands in a loop, in float';
  const rule = rules[command.type];
  if (rule === undefined) return `MNN runs ${command.isOp ? opTypeName(op.type) : command.type} in float`;
  return rule(command, op, output);
}

type Rule = (command: Command, op: Op, output: RuntimeTensor) => string | undefined;

const always: Rule = () => undefined;

const oneScale: Rule = ({ inputs }, _op, output) => {
  const same = inputs.every(
    ({ quant }) => quant?.scale === output.quant?.scale && quant?.zero === output.quant?.zero,
  );
  if (!same) return 'its tensors have different scales';
  return output.quant?.scale === 0 ? 'its scale is zero' : undefined;
};

const convolution: Rule = ({ inputs }, op) => {
  if (inputs.length > 1) return 'its weights are computed by the network';
  if (op.main?.type === 'Convolution2D' && op.main.value.weight !== undefined) return 'its weights are float';
  return undefined;
};

const pooling: Rule = (command, op, output) => {
  const mixed = oneScale(command, op, output);
  if (mixed !== undefined) return mixed;
  const type = op.main?.type === 'Pool' || op.main?.type === 'Pool3D' ? op.main.value.type : undefined;
  return type === PoolType.MAXPOOL || type === PoolType.AVEPOOL ? undefined : 'it is of an unknown kind';
};

const rectifier: Rule = ({ inputs }, op, output) => {
  if (inputs[0]?.quant !== output.quant) return "its output has a scale of its own, not its input's";
  return op.main?.type === 'Relu' && op.main.value.slope !== 0 ? 'it has a slope' : undefined;
};

const unary: Rule = ({ isOp }, op) => (isOp && hasInt8Unary(op) ? undefined : 'it has no int8 table');

const rules: Readonly<Record<string, Rule>> = {
  BinaryOp: always,
  ConvInt8: always,
  Convolution: convolution,
  ConvolutionDepthwise: convolution,
  DepthwiseConvInt8: always,
  Interp: always,
  LayerNorm: always,
  Pooling: pooling,
  PReLU: always,
  Raster: oneScale,
  ReLU: rectifier,
  Scale: always,
  Softmax: always,
  UnaryOp: unary,
};
