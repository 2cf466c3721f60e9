import { Window } from './window';

/** The part of a window that lies inside of the image: rows top to bottom, columns left to right, without the last. */
export let top: i32 = 0, bottom: i32 = 0, left: i32 = 0, right: i32 = 0;

// @ts-ignore: decorator
@inline
export function clipWindow(window: Window, oy: i32, ox: i32): void {
  const y = oy * window.strideY - window.padTop;
  const x = ox * window.strideX - window.padLeft;
  top = max(y, 0);
  bottom = min(y + window.kernelHeight, window.height);
  left = max(x, 0);
  right = min(x + window.kernelWidth, window.width);
}

/** How many windows from `ox` on have all their columns inside; 1 if not even the first. */
// @ts-ignore: decorator
@inline
export function restInside(window: Window, ox: i32): i32 {
  if (right - left < window.kernelWidth) return 1;
  const room = (window.width - right) / window.strideX + 1;
  return min(room, window.outWidth - ox);
}

/** The same, up to 4. */
// @ts-ignore: decorator
@inline
export function lanesInside(window: Window, ox: i32): i32 {
  return min(restInside(window, ox), 4);
}
