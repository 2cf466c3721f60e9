import type { OpDefinition } from '../op.ts';
import type { InterpAttributes } from '../ops/interp.ts';
import { resize } from '../ops/resize.ts';
import { elementCount } from '../tensor.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { int8Interp } from './interp.ts';
import { likeFloat } from './params.ts';

/** By factors, as the Interp that MNN's runtime makes of it (GeometryImageOp.cpp, 3.6.1). */
export const int8Resize: OpDefinition<Int8Attributes<InterpAttributes>> = {
  ...likeFloat('Int8Resize', resize),
  reference: int8Interp.reference,
  cases: () =>
    resize.cases().map(({ title, attributes, inputs }) => ({
      title,
      attributes: { op: attributes, inputs: [params(0.03, 4)], outputs: [params(0.03, 4)] },
      inputs: inputs.map((input) => input && { ...input, data: everyQ(elementCount(input.shape)) }),
    })),
};
