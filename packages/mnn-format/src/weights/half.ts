const FRACTION_UNITS = 1024;
const SMALLEST_NORMAL = 2 ** -14;

/** The value of an IEEE half-precision bit pattern. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return (sign * SMALLEST_NORMAL * fraction) / FRACTION_UNITS;
  return sign * 2 ** (exponent - 15) * (1 + fraction / FRACTION_UNITS);
}

/** Values of little-endian half-precision numbers. */
export function halvesToFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength >> 1 }, (_, i) =>
    halfToFloat(view.getUint16(2 * i, true)),
  );
}
