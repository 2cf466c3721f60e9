/** First and end of a window along one dimension, cut to the image. */
export function clipWindow(start: number, length: number, limit: number): [number, number] {
  return [Math.max(0, start), Math.min(limit, start + length)];
}

/** Likewise, but a window that lies in the padding only takes the nearest pixel, as in MNN (3.6.1 CPUPool.hpp). */
export function nearestWindow(start: number, length: number, limit: number): [number, number] {
  if (start >= limit) return [limit - 1, limit];
  return start + length <= 0 ? [0, 1] : clipWindow(start, length, limit);
}
