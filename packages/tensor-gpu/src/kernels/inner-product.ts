import { flat, type GpuArray, view } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';
import { clamped, EXACT_DIVISION, quotient } from './dispatch.ts';
import { releasing } from './support.ts';
import { canStart } from './threads.ts';

/** Products a thread sums: few enough that rounding errors stay small, and that there are many threads. */
const PRODUCTS_PER_THREAD = 128;

const PARAMETERS = { x: 'array', w: 'array', inner: 'integer', turns: 'integer' } as const;

/** x [N,K] · w [K,O]: thread (o, s, n) sums the products s * turns to (s + 1) * turns - 1. */
const PARTIAL = program({
  name: 'inner-product',
  rank: 3,
  parameters: PARAMETERS,
  body: `
    let sum = 0.0;
    for (let i = 0; i < turns; i++) {
      if (this.thread.y * turns + i < inner) {
        sum += x[0][this.thread.z][this.thread.y * turns + i] * w[0][this.thread.y * turns + i][this.thread.x];
      }
    }
    return sum;`,
});

/** The same for four neighbouring outputs: one value of x for four products. */
const PARTIAL_WIDE = program({
  name: 'inner-product-wide',
  rank: 3,
  width: 4,
  parameters: PARAMETERS,
  body: `
    let a = 0.0;
    let b = 0.0;
    let c = 0.0;
    let d = 0.0;
    for (let i = 0; i < turns; i++) {
      if (this.thread.y * turns + i < inner) {
        const value = x[0][this.thread.z][this.thread.y * turns + i];
        a += value * w[0][this.thread.y * turns + i][this.thread.x * 4];
        b += value * w[0][this.thread.y * turns + i][this.thread.x * 4 + 1];
        c += value * w[0][this.thread.y * turns + i][this.thread.x * 4 + 2];
        d += value * w[0][this.thread.y * turns + i][this.thread.x * 4 + 3];
      }
    }
    return [a, b, c, d];`,
});

/** Partial sums [N, S, O] → y [N, O], with bias and bounds. */
const FINISH = program({
  name: 'inner-product-sum',
  rank: 1,
  parameters: {
    partial: 'array',
    bias: 'array',
    outputs: 'integer',
    parts: 'integer',
    lo: 'number',
    hi: 'number',
  },
  body: `
    ${quotient('n', 'this.thread.x', 'outputs')}
    const o = this.thread.x - n * outputs;
    let sum = bias[o];
    for (let s = 0; s < parts; s++) sum += partial[n][s][o];
    ${clamped('sum')}
    return sum;`,
});

/** x [N,K] · w [K,O] + bias [O] → y [N,O]. */
export interface InnerProduct {
  readonly rows: number;
  readonly inner: number;
  readonly outputs: number;
  readonly lo: number;
  readonly hi: number;
}

/** Whether {@link innerProduct} can be had on a device. */
export function hasInnerProduct(device: GpuDevice, product: InnerProduct): boolean {
  const { rows, outputs } = product;
  return rows * outputs < EXACT_DIVISION && canStart(device, [outputs, partsOf(device, product), rows]);
}

/** Into how many parts sums are divided: their results have to fit into an array. */
function partsOf({ maxArrayBytes }: GpuDevice, { rows, inner, outputs }: InnerProduct): number {
  const most = Math.floor(maxArrayBytes / (rows * outputs * 4));
  return Math.max(1, Math.min(most, Math.ceil(inner / PRODUCTS_PER_THREAD)));
}

/** For few rows: the threads are spread over outputs and parts of the sums. */
export async function innerProduct(
  device: GpuDevice,
  product: InnerProduct,
  x: GpuArray,
  w: GpuArray,
  bias: GpuArray,
): Promise<GpuArray> {
  const { rows, inner, outputs, lo, hi } = product;
  const parts = partsOf(device, product);
  const turns = Math.ceil(inner / parts);
  const args = { x: view(x, inner, rows), w: view(w, outputs, inner), inner, turns };
  const partial =
    device.wide && outputs % 4 === 0
      ? await device.run(PARTIAL_WIDE, args, [outputs / 4, parts, rows])
      : await device.run(PARTIAL, args, [outputs, parts, rows]);
  return releasing([partial], () =>
    device.run(
      FINISH,
      { partial: view(partial, outputs, parts, rows), bias: flat(bias), outputs, parts, lo, hi },
      [rows * outputs],
    ),
  );
}
