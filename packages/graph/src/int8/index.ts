import type { OpDefinition } from '../op.ts';
import { int8BinaryOp } from './binary-op.ts';
import { int8Convolution, int8ConvolutionDepthwise } from './convolution.ts';
import { int8ConvolutionAttributes, refusesConvolution } from './convolution-attributes.ts';
import { floatToInt8 } from './float-to-int8.ts';
import { int8ToFloat } from './int8-to-float.ts';
import { int8Interp } from './interp.ts';
import { int8LayerNorm } from './layer-norm.ts';
import { type Int8Op, withFloatAttributes } from './params.ts';
import { int8Pooling } from './pooling.ts';
import { int8Pooling3d } from './pooling3d.ts';
import { int8Prelu } from './prelu.ts';
import { int8Relu } from './relu.ts';
import { int8Resize } from './resize.ts';
import { int8Scale } from './scale.ts';
import { int8Softmax } from './softmax.ts';
import { int8SpatialProduct } from './spatial-product.ts';
import { int8UnaryOp, int8Attributes as unaryAttributes } from './unary-op.ts';
import { winogradResult } from './winograd-result.ts';
import { winogradSource } from './winograd-source.ts';

const convolution = { attributes: int8ConvolutionAttributes, refuses: refusesConvolution };

/** What MNN's runtime runs in int8, by the name of the float op. */
export const INT8_OPS = {
  BinaryOp: withFloatAttributes(int8BinaryOp),
  Convolution: { ...convolution, definition: int8Convolution },
  ConvolutionDepthwise: { ...convolution, definition: int8ConvolutionDepthwise },
  Interp: withFloatAttributes(int8Interp),
  LayerNorm: withFloatAttributes(int8LayerNorm),
  Pooling: withFloatAttributes(int8Pooling),
  Pooling3D: withFloatAttributes(int8Pooling3d),
  PReLU: withFloatAttributes(int8Prelu),
  ReLU: withFloatAttributes(int8Relu),
  Resize: withFloatAttributes(int8Resize),
  Scale: withFloatAttributes(int8Scale),
  Softmax: withFloatAttributes(int8Softmax),
  SpatialProduct: withFloatAttributes(int8SpatialProduct),
  UnaryOp: { definition: int8UnaryOp, attributes: unaryAttributes },
} satisfies Readonly<Record<string, Int8Op>>;

/** The casts between floats and int8, which the runtime adds where they are wanted. */
export const INT8_CASTS = { FloatToInt8: floatToInt8, Int8ToFloat: int8ToFloat } as const;

/** Before and behind the products of a convolution by Winograd's method. */
export const INT8_WINOGRAD = {
  Int8WinogradSource: winogradSource,
  Int8WinogradResult: winogradResult,
} as const;

/** Every op that only simulated networks have. Their int8 tensors hold whole numbers in float32. */
export const INT8_DEFINITIONS: readonly OpDefinition[] = [
  ...Object.values(INT8_CASTS),
  ...Object.values(INT8_WINOGRAD),
  ...Object.values(INT8_OPS).map(({ definition }) => definition),
] as unknown as readonly OpDefinition[];
