import type { DeviceTensor, RangeStatistics } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';

/**
 * Range of the finite values of a float32 tensor. Without any: min Infinity, max -Infinity, the neutral
 * elements of merging ranges. `count` is the number of all values; -0 counts as 0.
 */
export function tensorRange(context: KernelContext, tensor: DeviceTensor): RangeStatistics {
  const { address, count } = liveFloat(tensor, 'range');
  context.scratch.reserve(16);
  const result = context.scratch.address;
  context.wasm.range(address, count, result);
  const at = result >>> 2;
  const { float32, int32 } = context.memory;
  return { min: float32[at] + 0, max: float32[at + 1] + 0, count, nonFinite: int32[at + 2] };
}
