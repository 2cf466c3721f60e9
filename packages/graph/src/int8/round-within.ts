/**
 * A float32 number as a whole one in low..high, halves away from zero: clamped, then 0.5 is added away from zero in
 * float32 and the fraction cut off, as MNN 3.6.1 does on x86 (x86_x64/avx512/GemmInt8.cpp). So the largest float below
 * 0.5 becomes 1. NaN becomes `high`.
 */
export function roundWithin(x: number, low: number, high: number): number {
  const clamped = Math.max(low, Number.isNaN(x) ? high : Math.min(x, high));
  return Math.trunc(Math.fround(clamped + (clamped < 0 ? -0.5 : 0.5))) + 0;
}
