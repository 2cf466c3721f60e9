import { elementCount, type LayerNormAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';

/** One input that is normalized over its last axes, or in groups; other axes are left to the reference. */
export const bindLayerNorm: KernelBinder = ({ wasm, constants }, node, inputs) => {
  const { axes, group, gamma, beta, epsilon, rms } = node.attributes as LayerNormAttributes;
  if (inputs.length !== 1 || !allFloat(inputs)) return undefined;
  const { shape } = inputs[0];
  const places = axes.map((axis) => (axis < 0 ? axis + shape.length : axis));
  const first = shape.length - places.length;
  if (group <= 1 && !places.every((place) => place >= first)) return undefined;
  const count = group > 1 ? elementCount(shape.slice(1)) / group : elementCount(shape.slice(first));
  if (count === 0) return undefined;
  const rows = elementCount(shape) / count;
  const factors = constants.floats(node, `gamma ${count}`, () => gamma ?? new Float32Array(count).fill(1));
  const bias = constants.floats(node, `beta ${count}`, () => beta ?? new Float32Array(count));
  return ([x], [y]) =>
    wasm.layerNorm(live(x).address, live(y).address, rows, count, factors, bias, epsilon, rms ? 0 : 1);
};
