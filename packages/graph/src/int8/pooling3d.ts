import { PoolPadType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { PoolAttributes } from '../ops/pooling-attributes.ts';
import { type Pool3DAttributes, pooling3d } from '../ops/pooling3d.ts';
import { required } from '../ops/support/inputs.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { likeFloat } from './params.ts';
import { int8Pooling } from './pooling.ts';

/** Over the whole of images or lines: a Pooling, which MNN's runtime makes of it (GeometryPooling3D.cpp, 3.6.1). */
export const int8Pooling3d: OpDefinition<Int8Attributes<Pool3DAttributes>> = {
  ...likeFloat('Int8Pooling3D', pooling3d),
  shape({ op }, inputs, where) {
    const { shape } = required(inputs, 0, where);
    if (!op.global || shape.length > 4)
      throw new GraphError(
        `${where}: in int8 MNN 3.6.1 pools over whole images or lines only, got ${op.global ? '' : 'windows on '}[${shape}]`,
      );
    return pooling3d.shape(op, inputs, where);
  },
  reference: (attributes, inputs, outputs) =>
    int8Pooling.reference({ ...attributes, op: wholeImage(attributes.op.kind) }, inputs, outputs),
  cases: () =>
    (['max', 'average'] as const).map((kind) => ({
      title: `global ${kind}`,
      attributes: {
        op: { kind, global: true, kernel: [], stride: [], pads: [], padType: PoolPadType.CAFFE },
        inputs: [params(0.05)],
        outputs: [params(0.05)],
      },
      inputs: [{ shape: [2, 3, 4, 5], data: everyQ(120) }],
    })),
};

function wholeImage(kind: PoolAttributes['kind']): PoolAttributes {
  return {
    kind,
    global: true,
    kernel: [1, 1],
    stride: [1, 1],
    padType: PoolPadType.CAFFE,
    ceil: false,
    pads: [0, 0, 0, 0],
    countPadding: false,
    indices: false,
  };
}
