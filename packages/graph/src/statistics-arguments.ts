import type { HistogramRequest, QuantParams } from './backend.ts';

/** The largest float32 <= x, so that comparing floats with it is comparing them with x. */
export function floatNotAbove(x: number): number {
  const rounded = Math.fround(x);
  if (!(rounded > x)) return rounded;
  const bits = new Int32Array(new Float32Array([rounded]).buffer);
  // Neighbouring floats have neighbouring bit patterns; a number below zero can only round up to -0.
  bits[0] += rounded > 0 ? -1 : 1;
  return new Float32Array(bits.buffer)[0];
}

/** The scale and its inverse as float32. Throws where they are no finite numbers above zero. */
export function quantGrid(params: QuantParams): { readonly scale: number; readonly inverse: number } {
  const scale = Math.fround(params.scale);
  const inverse = Math.fround(1 / scale);
  if (!(scale > 0 && Number.isFinite(scale) && Number.isFinite(inverse))) {
    throw new RangeError(
      `fakeQuantize: expected a positive scale with a finite inverse, got ${params.scale}`,
    );
  }
  return { scale, inverse };
}

/** Bins per unit, in float32 as in MNN. Throws on a range or a number of bins that makes no bins. */
export function histogramInterval({ bins, max }: HistogramRequest, counts: Float64Array): number {
  const interval = Math.fround(bins / Math.fround(max));
  if (!(bins >= 1 && Number.isInteger(bins) && counts.length === bins)) {
    throw new RangeError(
      `histogram: expected ${bins} counts for ${bins} bins (1 or more), got ${counts.length}`,
    );
  }
  if (!(max > 0 && interval > 0)) {
    throw new RangeError(`histogram: expected a finite maximum above 0, got ${max}`);
  }
  return interval;
}
