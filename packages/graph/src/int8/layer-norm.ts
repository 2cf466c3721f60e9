import { GraphError, type OpDefinition } from '../op.ts';
import { type LayerNormAttributes, layerNorm } from '../ops/layer-norm.ts';
import type { Int8Attributes } from './attributes.ts';
import { everyQ, params } from './case-values.ts';
import { inFloat, likeFloat } from './params.ts';

/** LayerNorm of the dequantized numbers, quantized again (CPULayerNorm.cpp, MNN 3.6.1). */
export const int8LayerNorm: OpDefinition<Int8Attributes<LayerNormAttributes>> = {
  ...likeFloat('Int8LayerNorm', layerNorm),
  shape({ op }, inputs, where) {
    if (inputs.length > 1)
      throw new GraphError(`${where}: of a sum MNN 3.6.1 leaves an int8 LayerNorm's second output unwritten`);
    if (inputs[0]?.layout === 'NC4HW4')
      throw new GraphError(
        `${where}: MNN 3.6.1 reads an int8 LayerNorm's input as if it were not packed in NC4HW4; convert it to NCHW`,
      );
    return layerNorm.shape(op, inputs, where);
  },
  reference: inFloat(layerNorm),
  cases: () => {
    const gamma = Float32Array.from({ length: 8 }, (_, i) => 1 + (i % 3) / 4);
    const beta = Float32Array.from({ length: 8 }, (_, i) => (i % 5) / 8 - 0.2);
    const plain = { axes: [-1], epsilon: 1e-5, gamma: undefined, beta: undefined, group: 1, rms: false };
    return [
      { title: 'last axis', op: plain },
      { title: 'gamma and beta', op: { ...plain, gamma, beta } },
      { title: 'RMS', op: { ...plain, gamma, beta, rms: true } },
    ].map(({ title, op }) => ({
      title,
      attributes: { op, inputs: [params(0.04, 3)], outputs: [params(0.02, -5)] },
      inputs: [{ shape: [2, 5, 8], data: everyQ(80) }],
    }));
  },
};
