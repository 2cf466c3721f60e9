import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import { type Window, windowFields } from '../src/kernels/window.ts';
import { live } from '../src/tensor.ts';
import { makeContext, runKernel } from './support/harness.ts';
import { randomFloats } from './support/random.ts';

let context: KernelContext;
beforeAll(async () => {
  context = await makeContext();
});

interface Shape {
  planes: number;
  height: number;
  width: number;
  kernel: readonly [number, number];
  stride: readonly [number, number];
  padTop: number;
  padLeft: number;
  /** Rows and columns of windows beyond those that end in the image. */
  more: readonly [number, number];
}

/** `undefined` where a window would hold no pixel. */
function windowOf(s: Shape): Window | undefined {
  const extent = (size: number, kernel: number, stride: number, pad: number, more: number) =>
    Math.floor((size + pad - kernel) / stride) + 1 + more;
  const outHeight = extent(s.height, s.kernel[0], s.stride[0], s.padTop, s.more[0]);
  const outWidth = extent(s.width, s.kernel[1], s.stride[1], s.padLeft, s.more[1]);
  const holds = (out: number, stride: number, pad: number, kernel: number, size: number) =>
    out >= 1 && pad < kernel && (out - 1) * stride - pad < size;
  if (!holds(outHeight, s.stride[0], s.padTop, s.kernel[0], s.height)) return undefined;
  if (!holds(outWidth, s.stride[1], s.padLeft, s.kernel[1], s.width)) return undefined;
  return {
    channels: 1,
    height: s.height,
    width: s.width,
    outHeight,
    outWidth,
    kernelHeight: s.kernel[0],
    kernelWidth: s.kernel[1],
    strideY: s.stride[0],
    strideX: s.stride[1],
    dilationY: 1,
    dilationX: 1,
    padTop: s.padTop,
    padLeft: s.padLeft,
  };
}

/** The definition: `fold` over the pixels of each window that lie inside, in the order of rows and columns. */
function pooled(
  x: Float32Array,
  w: Window,
  planes: number,
  first: number,
  fold: (a: number, b: number) => number,
) {
  const y: number[] = [];
  for (let p = 0; p < planes; p++) {
    for (let oy = 0; oy < w.outHeight; oy++) {
      for (let ox = 0; ox < w.outWidth; ox++) {
        let value = first;
        for (let ky = 0; ky < w.kernelHeight; ky++) {
          for (let kx = 0; kx < w.kernelWidth; kx++) {
            const [iy, ix] = [oy * w.strideY - w.padTop + ky, ox * w.strideX - w.padLeft + kx];
            if (iy < 0 || iy >= w.height || ix < 0 || ix >= w.width) continue;
            value = fold(value, x[(p * w.height + iy) * w.width + ix]);
          }
        }
        y.push(value);
      }
    }
  }
  return Float32Array.from(y);
}

type Pool = (x: number, y: number, window: number) => void;

function run(w: Window, planes: number, data: Float32Array, pool: Pool): Float32Array {
  const window = context.constants.integers(windowFields(w));
  return runKernel(
    context,
    ([x], [y]) => pool(live(x).address, live(y).address, window),
    [{ shape: [planes, w.height, w.width], data }],
    [planes, w.outHeight, w.outWidth],
  );
}

const small = fc.integer({ min: 1, max: 4 });
const shapes = fc.record<Shape>({
  planes: fc.integer({ min: 1, max: 9 }),
  height: fc.integer({ min: 1, max: 12 }),
  width: fc.integer({ min: 1, max: 41 }),
  kernel: fc.tuple(small, small),
  stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  padTop: fc.integer({ min: 0, max: 2 }),
  padLeft: fc.integer({ min: 0, max: 2 }),
  more: fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 1 })),
});
const seeds = fc.integer({ min: 1, max: 1e6 });

describe('pooling kernels against the definition', () => {
  test('maximum, NaN and infinities included', () => {
    fc.assert(
      fc.property(shapes, seeds, (shape, seed) => {
        const w = windowOf(shape);
        if (!w) return;
        const data = randomFloats(shape.planes * w.height * w.width, seed);
        data[seed % data.length] = Number.NaN;
        data[(seed * 7) % data.length] = Number.NEGATIVE_INFINITY;
        const actual = run(w, shape.planes, data, (x, y, window) =>
          context.wasm.maxPool(x, y, window, shape.planes),
        );
        expect(actual).toEqual(pooled(data, w, shape.planes, Number.NEGATIVE_INFINITY, Math.max));
      }),
      { numRuns: 1500, seed: 5 },
    );
  });

  test('average, with the sums in order', () => {
    fc.assert(
      fc.property(shapes, seeds, fc.boolean(), (shape, seed, whole) => {
        const kernel = whole ? ([shape.height, shape.width] as const) : shape.kernel;
        const unpadded = whole ? { padTop: 0, padLeft: 0, more: [0, 0] as const } : {};
        const w = windowOf({ ...shape, kernel, ...unpadded });
        if (!w) return;
        const data = randomFloats(shape.planes * w.height * w.width, seed);
        const inverse = Math.fround(1 / (kernel[0] * kernel[1]));
        const inverses = context.constants.floats({}, 'inverses', () =>
          new Float32Array(w.outHeight * w.outWidth).fill(inverse),
        );
        const sums = pooled(data, w, shape.planes, 0, (a, b) => Math.fround(a + b));
        const actual = run(w, shape.planes, data, (x, y, window) =>
          context.wasm.averagePool(x, y, window, shape.planes, inverses),
        );
        expect(actual).toEqual(sums.map((sum) => sum * inverse));
      }),
      { numRuns: 800, seed: 6 },
    );
  });
});
