import { BUCKET_SHIFT, type DeviceTensor, type ValueBuckets } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';

/** Adds |x| of every finite value that is not zero to `buckets`: sums in float64, in the order of the elements. */
export function tensorBuckets(context: KernelContext, tensor: DeviceTensor, buckets: ValueBuckets): void {
  const { address, count } = liveFloat(tensor, 'valueBuckets');
  const { bucketTable, memory, wasm } = context;
  const { result, sums, counts } = bucketTable;
  wasm.valueBuckets(address, count, BUCKET_SHIFT, sums, counts, result);
  const [low, high] = [memory.int32[result >>> 2], memory.int32[(result >>> 2) + 1]];
  bucketTable.drain(low, high, (bucket, number, sum) => buckets.add(bucket, number, sum));
}
