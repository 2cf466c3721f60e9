import type { PoolGeometry } from '@mnnquant/graph';

/** A window that slides over the planes of one group; all in elements. */
export interface Window {
  /** Input channels that one window covers. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  /** Padding above and on the left; negative values crop. What is missing below follows from the output size. */
  readonly padTop: number;
  readonly padLeft: number;
}

/** The fields in the order of `assembly/window.ts`. */
export function windowFields(window: Window): readonly number[] {
  return [
    window.channels,
    window.height,
    window.width,
    window.outHeight,
    window.outWidth,
    window.kernelHeight,
    window.kernelWidth,
    window.strideY,
    window.strideX,
    window.dilationY,
    window.dilationX,
    window.padTop,
    window.padLeft,
  ];
}

/** Rows and columns from the first to the last that any window touches, counted from the padding's corner. */
export function windowExtent(window: Window): { readonly height: number; readonly width: number } {
  return {
    height: (window.outHeight - 1) * window.strideY + (window.kernelHeight - 1) * window.dilationY + 1,
    width: (window.outWidth - 1) * window.strideX + (window.kernelWidth - 1) * window.dilationX + 1,
  };
}

/** Whether no window reaches over the edge of the image. */
export function staysInside(window: Window): boolean {
  const { height, width } = windowExtent(window);
  const { padTop, padLeft } = window;
  return padTop <= 0 && padLeft <= 0 && height - padTop <= window.height && width - padLeft <= window.width;
}

/** Whether the window is one pixel that walks over all pixels, so that columns of the matrix are the pixels. */
export function isPointwise(window: Window): boolean {
  return (
    window.kernelHeight === 1 &&
    window.kernelWidth === 1 &&
    window.strideY === 1 &&
    window.strideX === 1 &&
    window.padTop === 0 &&
    window.padLeft === 0 &&
    window.outHeight === window.height &&
    window.outWidth === window.width
  );
}

/** Of windows over single planes. */
export function poolFields(g: Omit<PoolGeometry, 'countedHeight' | 'countedWidth'>): readonly number[] {
  return windowFields({
    channels: 1,
    height: g.inputHeight,
    width: g.inputWidth,
    outHeight: g.outputHeight,
    outWidth: g.outputWidth,
    kernelHeight: g.kernel[0],
    kernelWidth: g.kernel[1],
    strideY: g.stride[0],
    strideX: g.stride[1],
    dilationY: 1,
    dilationX: 1,
    padTop: g.padTop,
    padLeft: g.padLeft,
  });
}
