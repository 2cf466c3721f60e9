import type { DeviceTensor, ErrorSums } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';

/** Bytes of the five float64 results. */
const RESULT_BYTES = 40;

/** Error sums of two float32 tensors of equal size, in float64 and in a fixed order. NaN in gives NaN out. */
export function compareTensors(context: KernelContext, a: DeviceTensor, b: DeviceTensor): ErrorSums {
  const left = liveFloat(a, 'compare');
  const right = liveFloat(b, 'compare');
  if (left.count !== right.count) {
    throw new RangeError(
      `compare: expected tensors of equal size, got [${left.shape.join(', ')}] and [${right.shape.join(', ')}]`,
    );
  }
  context.scratch.reserve(RESULT_BYTES);
  const result = context.scratch.address;
  context.wasm.compare(left.address, right.address, left.count, result);
  const sums = new Float64Array(context.memory.memory.buffer, result, RESULT_BYTES / 8);
  return {
    dot: sums[0],
    squaredA: sums[1],
    squaredB: sums[2],
    squaredError: sums[3],
    maxAbsoluteError: sums[4],
  };
}
