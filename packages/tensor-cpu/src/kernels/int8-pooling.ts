import { type Int8Attributes, int8PoolWindows, type PoolAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';
import { poolFields } from './window.ts';

/** Up to so many pixels a sum of int8 is exact in float32. */
const MOST_PIXELS = 2 ** 16;

/** Maximum and average over windows of q [N,C,H,W]; NHWC is left to the reference. */
export const bindInt8Pooling: KernelBinder = ({ wasm, constants }, node, inputs) => {
  const { op } = node.attributes as Int8Attributes<PoolAttributes>;
  if (!allFloat(inputs) || inputs[0].layout === 'NHWC' || op.indices) return undefined;
  const g = int8PoolWindows(op, inputs[0], `${node.name} (Pooling)`);
  if (op.kind === 'average' && g.kernel[0] * g.kernel[1] > MOST_PIXELS) return undefined;
  const pool = op.kind === 'max' ? wasm.maxPoolInt8 : wasm.averagePoolInt8;
  const window = constants.integers(poolFields(g));
  return ([x], [y]) => pool(live(x).address, live(y).address, window, g.batch * g.channels);
};
