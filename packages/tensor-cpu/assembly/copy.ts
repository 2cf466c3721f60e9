/** Below this many bytes a call of `memory.copy` costs more than it saves. */
const SHORT: usize = 256;

/**
 * Copies `rows` rows of `bytes` bytes, whose beginnings are `sourceStep` and `targetStep` bytes apart. Source and target do
 * not overlap.
 */
export function copyRows(
  source: usize, target: usize, rows: i32, bytes: usize, sourceStep: usize, targetStep: usize,
): void {
  for (; rows > 0; rows--, source += sourceStep, target += targetStep) {
    if (bytes > SHORT) memory.copy(target, source, bytes);
    else copyShort(source, target, bytes);
  }
}

// @ts-ignore: decorator
@inline
function copyShort(source: usize, target: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(target + i, v128.load(source + i));
  for (; i + 4 <= bytes; i += 4) store<u32>(target + i, load<u32>(source + i));
  for (; i < bytes; i++) store<u8>(target + i, load<u8>(source + i));
}
