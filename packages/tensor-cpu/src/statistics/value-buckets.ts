import { BUCKET_SHIFT, type DeviceTensor, type ValueBuckets } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';
import { tensorRange } from './range.ts';

/** The smallest float32 above zero. */
const SMALLEST = 2 ** -149;

/** Adds |x| of every finite value that is not zero to `buckets`: sums in float64, in the order of the elements. */
export function tensorBuckets(context: KernelContext, tensor: DeviceTensor, buckets: ValueBuckets): void {
  const { address, count } = liveFloat(tensor, 'valueBuckets');
  const { bucketTable, memory, wasm } = context;
  const first = address >>> 2;
  const exact =
    !buckets.isCounting && (buckets.holds(count) || buckets.holds(magnitudes(context, address, count)));
  if (exact) {
    buckets.addValues(memory.float32.subarray(first, first + count));
    return;
  }
  const { min, max, nonFinite } = tensorRange(context, tensor);
  if (nonFinite === count) return;
  const lowest = buckets.reach(Math.max(Math.abs(min), Math.abs(max)));
  const { result, sums, counts } = bucketTable;
  wasm.valueBuckets(address, count, BUCKET_SHIFT, lowest, sums, counts, result);
  const [from, to] = [memory.int32[result >>> 2], memory.int32[(result >>> 2) + 1]];
  if (from > to) return;
  const filled = bucketTable.filled(from, to);
  buckets.take(lowest + from, filled.counts, filled.sums);
}

/** How many values are finite and not zero: what the buckets go by, in whatever portions the values come. */
function magnitudes({ wasm }: KernelContext, address: number, count: number): number {
  const infinity = Number.POSITIVE_INFINITY;
  return (
    wasm.countOutside(address, count, -SMALLEST, SMALLEST) -
    wasm.countOutside(address, count, -infinity, infinity)
  );
}
