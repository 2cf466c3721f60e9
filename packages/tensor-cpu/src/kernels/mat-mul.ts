import type { BoundKernel, MatMulAttributes } from '@mnnquant/graph';
import { elementCount, pairBatches } from '@mnnquant/graph';
import type { KernelBinder, KernelContext } from '../context.ts';
import { live } from '../tensor.ts';
import { broadcastBox, COMBINE } from './combine.ts';
import { packedLength, TILE_ROWS } from './pack.ts';
import { allFloat, NO_CLAMP } from './support.ts';

/** Columns in one panel of the right operand. */
const PANEL_COLUMNS = 8;

/** a [.., M,K] · b [.., K,N] (+ bias [N]) → y [.., M,N]; leading dimensions broadcast. */
export const bindMatMul: KernelBinder = (context, node, inputs, outputs) => {
  const { transposeA, transposeB } = node.attributes as MatMulAttributes;
  if (!allFloat(inputs) || !allFloat(outputs) || inputs[0].shape.length === 0) return undefined;
  const a = inputs[0].shape.length === 1 ? [1, inputs[0].shape[0]] : inputs[0].shape;
  const b = inputs[1].shape.length === 1 ? [inputs[1].shape[0], 1] : inputs[1].shape;
  const flipA = transposeA && inputs[0].shape.length > 1;
  const flipB = transposeB && inputs[1].shape.length > 1;
  const M = a[a.length - (flipA ? 1 : 2)];
  const K = a[a.length - (flipA ? 2 : 1)];
  const N = b[b.length - (flipB ? 2 : 1)];
  const product = multiplyMatrices(context, { M, N, K, flipA, flipB });
  const batches = pairBatches(a.slice(0, -2), b.slice(0, -2));
  if (batches.length * M * N !== elementCount(outputs[0].shape)) return undefined;
  const [lo, hi] = NO_CLAMP;
  const rows = broadcastBox(context, [M, N], [N], [M, N])!;
  const run: BoundKernel = ([left, right, bias], [result]) => {
    const [x, w] = [live(left).address, live(right).address];
    let y = live(result).address;
    for (let i = 0; i < batches.length; i++, y += M * N * 4) {
      product(x + batches[i].a * M * K * 4, w + batches[i].b * K * N * 4, y);
      if (bias !== undefined) context.wasm.combine(COMBINE.add, y, live(bias).address, y, rows, lo, hi);
    }
  };
  return run;
};

interface Sizes {
  readonly M: number;
  readonly N: number;
  readonly K: number;
  readonly flipA: boolean;
  readonly flipB: boolean;
}

/** One product: the left matrix is packed on every call, the right one only where it is transposed. */
function multiplyMatrices(
  context: KernelContext,
  { M, N, K, flipA, flipB }: Sizes,
): (a: number, b: number, y: number) => void {
  const { wasm, scratch } = context;
  const [lo, hi] = NO_CLAMP;
  const [rowStep, columnStep] = flipA ? [4, M * 4] : [K * 4, 4];
  // A matrix of one column has the same order either way.
  const packB = flipB && N > 1;
  const biasBytes = Math.ceil(M / TILE_ROWS) * TILE_ROWS * 4;
  const aBytes = packedLength(M, K) * 4;
  const panelBytes = packB ? K * PANEL_COLUMNS * 4 : PANEL_COLUMNS * 4;
  const rowBytes = packB ? PANEL_COLUMNS * 4 : N * 4;
  scratch.reserve(aBytes + (packB ? Math.ceil(N / PANEL_COLUMNS) * panelBytes : 0));
  const zeros = context.constants.integers(new Array(biasBytes / 4).fill(0));
  return (a, b, y) => {
    const packed = scratch.address;
    wasm.packTiles(a, packed, M, K, rowStep, columnStep, TILE_ROWS);
    if (N === 1) {
      wasm.gemv(packed, zeros, b, y, M, K, lo, hi);
      return;
    }
    const panels = packB ? packed + aBytes : b;
    if (packB) wasm.packTiles(b, panels, N, K, K * 4, 4, PANEL_COLUMNS);
    wasm.gemm(packed, zeros, panels, panelBytes, rowBytes, y, N * 4, M, N, K, lo, hi);
  };
}
