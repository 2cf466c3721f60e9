import type { ConvolutionJob } from '../../src/kernels/convolution-job.ts';

export interface NaiveResult {
  readonly y: Float64Array;
  /** The same in float32: bias first, then the products in the order of c, ky, kx, each step rounded. */
  readonly rounded: Float32Array;
  /** Sum of the absolute products behind each value: what rounding errors are proportional to. */
  readonly magnitude: Float64Array;
}

/** The definition: sums of products over the window, zero outside of the image, then the clamp. */
export function naiveConvolution(job: ConvolutionJob, x: ArrayLike<number>): NaiveResult {
  const { window: w, batch, group, outputChannels } = job;
  const weight = job.weight();
  const y = new Float64Array(batch * outputChannels * w.outHeight * w.outWidth);
  const rounded = new Float32Array(y.length);
  const magnitude = new Float64Array(y.length);
  const rows = outputChannels / group;
  let at = 0;
  for (let n = 0; n < batch; n++) {
    for (let o = 0; o < outputChannels; o++) {
      const first = (n * group + Math.floor(o / rows)) * w.channels;
      for (let oy = 0; oy < w.outHeight; oy++) {
        for (let ox = 0; ox < w.outWidth; ox++) {
          let sum = job.bias?.[o] ?? 0;
          let sum32 = sum;
          let size = Math.abs(sum);
          for (let c = 0; c < w.channels; c++) {
            for (let ky = 0; ky < w.kernelHeight; ky++) {
              const iy = oy * w.strideY - w.padTop + ky * w.dilationY;
              if (iy < 0 || iy >= w.height) continue;
              for (let kx = 0; kx < w.kernelWidth; kx++) {
                const ix = ox * w.strideX - w.padLeft + kx * w.dilationX;
                if (ix < 0 || ix >= w.width) continue;
                const tap = ((o * w.channels + c) * w.kernelHeight + ky) * w.kernelWidth + kx;
                const product = x[((first + c) * w.height + iy) * w.width + ix] * weight[tap];
                sum += product;
                sum32 = Math.fround(sum32 + Math.fround(product));
                size += Math.abs(product);
              }
            }
          }
          magnitude[at] = size;
          rounded[at] = Math.min(Math.max(sum32, job.lo), job.hi) + 0;
          y[at++] = Math.min(Math.max(sum, job.lo), job.hi);
        }
      }
    }
  }
  return { y, rounded, magnitude };
}
