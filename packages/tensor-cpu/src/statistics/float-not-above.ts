/** The largest float32 <= x, so that comparing floats with it is comparing them with x. */
export function floatNotAbove(x: number): number {
  const rounded = Math.fround(x);
  if (!(rounded > x)) return rounded;
  const bits = new Int32Array(new Float32Array([rounded]).buffer);
  // Neighbouring floats have neighbouring bit patterns; a number below zero can only round up to -0.
  bits[0] += rounded > 0 ? -1 : 1;
  return new Float32Array(bits.buffer)[0];
}
