import type { OpDefinition } from '../op.ts';
import type { Int8Attributes } from './attributes.ts';
import { int8Convolution, int8ConvolutionDepthwise } from './convolution.ts';
import { floatToInt8 } from './float-to-int8.ts';
import { int8ToFloat } from './int8-to-float.ts';

/** By the float op's name: what MNN's runtime makes of it in int8. */
const TABLE = {
  Convolution: int8Convolution,
  ConvolutionDepthwise: int8ConvolutionDepthwise,
} satisfies Record<string, OpDefinition<never>>;

/** What runs in int8, by the name of the float op. Its attributes are {@link Int8Attributes} of the float op's, and more for convolutions. */
export const INT8_BY_FLOAT_OP: ReadonlyMap<string, OpDefinition<Int8Attributes<unknown>>> = new Map(
  Object.entries(TABLE) as unknown as [string, OpDefinition<Int8Attributes<unknown>>][],
);

/** Every op that only simulated networks have. Their tensors hold whole numbers in float32. */
export const INT8_OPS: readonly OpDefinition[] = [
  floatToInt8 as OpDefinition,
  int8ToFloat as OpDefinition,
  ...(Object.values(TABLE) as unknown as OpDefinition[]),
];
