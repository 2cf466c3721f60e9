import { type DeviceTensor, floatNotAbove } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';

/**
 * How many values of a float32 tensor are at or beyond an end: x <= low or x >= high, the ends taken as
 * the float64 numbers they are. An end may be infinite; NaN values are passed over.
 */
export function countOutside(
  context: KernelContext,
  tensor: DeviceTensor,
  low: number,
  high: number,
): number {
  const { address, count } = liveFloat(tensor, 'countOutside');
  return context.wasm.countOutside(address, count, floatNotAbove(low), -floatNotAbove(-high));
}
