const FRACTION_UNITS = 1024;
const SMALLEST_NORMAL = 2 ** -14;
const LARGEST_EXPONENT = 0x1f;

/** The value of an IEEE half-precision bit pattern. */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & LARGEST_EXPONENT;
  const fraction = half & 0x3ff;
  if (exponent === LARGEST_EXPONENT) return fraction === 0 ? sign * Infinity : Number.NaN;
  if (exponent === 0) return (sign * SMALLEST_NORMAL * fraction) / FRACTION_UNITS;
  return sign * 2 ** (exponent - 15) * (1 + fraction / FRACTION_UNITS);
}

/** Values of little-endian half-precision numbers. */
export function halvesToFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const floats = new Float32Array(bytes.byteLength >> 1);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < floats.length; i++) {
    const half = view.getUint16(2 * i, true);
    const exponent = (half >> 10) & LARGEST_EXPONENT;
    if (exponent === 0 || exponent === LARGEST_EXPONENT) floats[i] = halfToFloat(half);
    // Same sign and fraction; the exponent's bias is 127 instead of 15.
    else bits[i] = ((half & 0x8000) << 16) | (((half & 0x7fff) + ((127 - 15) << 10)) << 13);
  }
  return floats;
}
