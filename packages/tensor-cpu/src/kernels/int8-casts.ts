import { elementCount, inverseScale, type QuantParams } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';

/** q = round(clamp(x * (1 / scale) + zeroPoint, min, max)). */
export const bindFloatToInt8: KernelBinder = ({ wasm }, node, inputs) => {
  const params = node.attributes as QuantParams;
  if (!allFloat(inputs)) return undefined;
  const { zeroPoint, min, max } = params;
  const count = elementCount(inputs[0].shape);
  const inverse = inverseScale(params);
  return ([x], [q]) => wasm.toInt8(live(x).address, live(q).address, count, inverse, zeroPoint, min, max);
};

/** x = (q - zeroPoint) * scale. */
export const bindInt8ToFloat: KernelBinder = ({ wasm }, node, inputs) => {
  const { scale, zeroPoint } = node.attributes as QuantParams;
  if (!allFloat(inputs)) return undefined;
  const count = elementCount(inputs[0].shape);
  return ([q], [x]) => wasm.fromInt8(live(q).address, live(x).address, count, scale, zeroPoint);
};
