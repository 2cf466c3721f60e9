import { BUCKET_SHIFT, type DeviceTensor, type ValueBuckets } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';
import { tensorRange } from './range.ts';

/** Adds |x| of every finite value that is not zero to `buckets`: sums in float64, in the order of the elements. */
export function tensorBuckets(context: KernelContext, tensor: DeviceTensor, buckets: ValueBuckets): void {
  const { address, count } = liveFloat(tensor, 'valueBuckets');
  const { bucketTable, memory, wasm } = context;
  const first = address >>> 2;
  if (buckets.holds(count)) {
    buckets.addValues(memory.float32.subarray(first, first + count));
    return;
  }
  const { min, max, nonFinite } = tensorRange(context, tensor);
  if (nonFinite === count) return;
  const lowest = buckets.reach(Math.max(Math.abs(min), Math.abs(max)));
  const { result, sums, counts } = bucketTable;
  wasm.valueBuckets(address, count, BUCKET_SHIFT, lowest, sums, counts, result);
  const [from, to] = [memory.int32[result >>> 2], memory.int32[(result >>> 2) + 1]];
  bucketTable.drain(from, to, (place, number, sum) => buckets.add(lowest + place, number, sum));
}
