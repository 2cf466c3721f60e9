/**
 * Unsigned numbers of `bits` (1 to 8) bits each, packed without gaps, first number in the highest bits
 * (MNN 3.6.1 ConvolutionCommon.cpp, `SplitBufToArray`).
 */

export function packedBytes(count: number, bits: number): number {
  return Math.ceil((count * bits) / 8);
}

/** @param packed at least {@link packedBytes} long */
export function unpackBits(packed: Uint8Array, count: number, bits: number): Uint8Array {
  if (bits === 8) return packed.slice(0, count);
  const values = new Uint8Array(count);
  const mask = (1 << bits) - 1;
  let held = 0;
  let window = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (held < bits) {
      window = ((window & 0xff) << 8) | packed[at++]!;
      held += 8;
    }
    held -= bits;
    values[i] = (window >> held) & mask;
  }
  return values;
}

/** Packs into `target`, which is zero and at least {@link packedBytes} long. */
export function packBits(values: Uint8Array, bits: number, target: Uint8Array): void {
  if (bits === 8) {
    target.set(values);
    return;
  }
  let held = 0;
  let window = 0;
  let at = 0;
  for (const value of values) {
    window = ((window << bits) | value) & 0xffff;
    held += bits;
    if (held >= 8) {
      held -= 8;
      target[at++] = window >> held;
    }
  }
  if (held > 0) target[at] = window << (8 - held);
}
