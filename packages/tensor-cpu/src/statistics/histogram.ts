import { type DeviceTensor, floatNotAbove, type HistogramRequest, histogramInterval } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';

/** The kernel counts into this many interleaved tables of 32-bit counters. */
const TABLES = 4;

/**
 * Adds the histogram of |x| to `counts`, with the arithmetic of MNN 3.6.1 TensorStatistic.cpp:
 * interval = bins / max and |x| * interval in float32, truncated, clamped to the last bin. Skipped: |x| <=
 * `skipBelow`, and values that are not finite. A maximum so small that the interval overflows puts all in the
 * last bin. Throws on a range or bin count that makes no bins.
 */
export function tensorHistogram(
  context: KernelContext,
  tensor: DeviceTensor,
  request: HistogramRequest,
  counts: Float64Array,
): void {
  const { address, count } = liveFloat(tensor, 'histogram');
  const interval = histogramInterval(request, counts);
  const { bins, skipBelow } = request;
  context.scratch.reserve((bins + 1) * TABLES * 4);
  const tables = context.scratch.address;
  context.wasm.histogram(address, count, interval, bins, floatNotAbove(skipBelow), tables);
  const { int32 } = context.memory;
  for (let bin = 0, at = tables >>> 2; bin < bins; bin++, at++) counts[bin] += int32[at] >>> 0;
}
