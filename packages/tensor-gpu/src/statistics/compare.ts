import type { ErrorSums } from '@mnnquant/graph';
import { flat, type GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';
import { chunksOf } from './chunks.ts';

/** Thread x sums over every `threads`-th pair of values; the rows of the output are the fields of `ErrorSums`. */
const ERROR_SUMS = program({
  name: 'error sums',
  rank: 3,
  parameters: { a: 'array', b: 'array', count: 'integer', turns: 'integer' },
  body: `
    let sum = 0.0;
    for (let i = 0; i < turns; i++) {
      if (i * this.output.x + this.thread.x < count) {
        const left = a[i * this.output.x + this.thread.x];
        const right = b[i * this.output.x + this.thread.x];
        const error = left - right;
        if (this.thread.y == 0) sum += left * right;
        if (this.thread.y == 1) sum += left * left;
        if (this.thread.y == 2) sum += right * right;
        if (this.thread.y == 3) sum += error * error;
        if (this.thread.y == 4) sum = Math.max(sum, Math.abs(error));
      }
    }
    return sum;`,
});

/** Values that are summed in float32 before the host goes on in double precision: keeps the error near 1e-6. */
const MOST_TURNS = 64;

/** Sums for cosine, SNR and the mean squared error of two arrays of one size. */
export async function arrayErrors(device: GpuDevice, a: GpuArray, b: GpuArray): Promise<ErrorSums> {
  if (a.count !== b.count)
    throw new RangeError(`compare: expected tensors of one size, got ${a.count} and ${b.count} elements`);
  const { threads, turns } = chunksOf(a.count, MOST_TURNS);
  const parts = await device.run(ERROR_SUMS, { a: flat(a), b: flat(b), count: a.count, turns }, [
    threads,
    5,
    1,
  ]);
  try {
    const data = await device.download(parts);
    const row = (y: number): Float32Array => data.subarray(y * threads, (y + 1) * threads);
    const sum = (y: number): number => row(y).reduce((total, part) => total + part, 0);
    const squaredError = sum(3);
    // The largest of numbers with a NaN among them may be any; a sum does not lose it.
    const most = (): number => row(4).reduce((largest, part) => Math.max(largest, part), 0);
    return {
      dot: sum(0),
      squaredA: sum(1),
      squaredB: sum(2),
      squaredError,
      maxAbsoluteError: Number.isNaN(squaredError) ? Number.NaN : most(),
    };
  } finally {
    parts.release();
  }
}
