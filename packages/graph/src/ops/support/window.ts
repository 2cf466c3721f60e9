/** Where a sliding window lies along one dimension, in elements. */
export interface WindowAxis {
  readonly outputSize: number;
  /** Padding before the first element; negative values skip elements. */
  readonly padBefore: number;
}

/** TensorFlow's SAME: as many outputs as strides fit, the padding split with the larger part behind. */
export function sameWindow(input: number, kernel: number, stride: number): WindowAxis {
  const outputSize = Math.ceil(input / stride);
  return { outputSize, padBefore: Math.trunc(((outputSize - 1) * stride + kernel - input) / 2) };
}

/** TensorFlow's VALID: only whole windows. */
export function validWindow(input: number, kernel: number, stride: number, padBefore = 0): WindowAxis {
  return { outputSize: Math.ceil((input - kernel + 1) / stride), padBefore };
}

/** Explicit padding on both sides; the last window may be cut off (`ceil`) or is left out. */
export function paddedWindow(
  input: number,
  kernel: number,
  stride: number,
  padBefore: number,
  padAfter: number,
  ceil = false,
): WindowAxis {
  const steps = (input + padBefore + padAfter - kernel) / stride;
  return { outputSize: (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1, padBefore };
}
