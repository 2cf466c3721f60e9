/** Fills `count` floats with zero. */
export function clearPlane(plane: usize, count: i32): void {
  memory.fill(plane, 0, <usize>count * 4);
}

/**
 * Copies x [H,W] into a plane [paddedHeight, paddedWidth] so that x[0][0] lands at (top, left). Whatever does
 * not fit is cut off (negative padding crops). The border is not written.
 */
export function padPlane(
  x: usize, plane: usize, height: i32, width: i32, top: i32, left: i32, paddedHeight: i32, paddedWidth: i32,
): void {
  const firstRow = max(0, -top);
  const lastRow = min(height, paddedHeight - top);
  const firstColumn = max(0, -left);
  const columns = min(width, paddedWidth - left) - firstColumn;
  for (let row = firstRow; row < lastRow; row++) {
    let source = x + (<usize>(row * width + firstColumn) << 2);
    let target = plane + (<usize>((row + top) * paddedWidth + firstColumn + left) << 2);
    let n = columns;
    for (; n >= 4; n -= 4) {
      v128.store(target, v128.load(source));
      source += 16;
      target += 16;
    }
    for (; n > 0; n--) {
      store<f32>(target, load<f32>(source));
      source += 4;
      target += 4;
    }
  }
}
