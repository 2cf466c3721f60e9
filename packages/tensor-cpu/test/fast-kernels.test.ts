import { beforeAll, describe, expect, test, vi } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import { createContext } from '../src/create-context.ts';
import { loadFastKernels, loadKernels } from '../src/node.ts';
import { loadFast } from './support/fast-kernels.ts';
import { place } from './support/harness.ts';

let ordinary: KernelContext;
let fast: KernelContext;
beforeAll(async () => {
  ordinary = await createContext(await loadKernels(), 2 ** 26);
  fast = await createContext(await loadFast(), 2 ** 26);
});

/** a * b + c of one number each, by the product of matrices. */
function multiplyAdd(context: KernelContext, a: number, b: number, c: number): number {
  const [left, right, bias, y] = [[a, 0, 0, 0], [b, 0, 0, 0], [c, 0, 0, 0], [0]].map((data) =>
    place(context, [data.length], data),
  );
  const { NEGATIVE_INFINITY: lo, POSITIVE_INFINITY: hi } = Number;
  context.wasm.gemm(left.address, bias.address, right.address, 32, 32, y.address, 4, 1, 1, 1, lo, hi);
  return context.memory.float32[y.address >>> 2];
}

describe('fused multiply-add', () => {
  // (1 + e)(1 - e) - 1 = -e², where the product alone rounds to 1.
  const e = 2 ** -13;

  test('the ordinary kernels round twice on every machine', () => {
    expect(multiplyAdd(ordinary, 1 + e, 1 - e, -1)).toBe(0);
  });

  test('the fast ones may round once', () => {
    expect([0, -e * e]).toContain(multiplyAdd(fast, 1 + e, 1 - e, -1) + 0);
  });

  test('an engine without relaxed SIMD is told what to do', async () => {
    const compile = vi.spyOn(WebAssembly, 'compile').mockRejectedValueOnce(new Error('invalid opcode'));
    await expect(loadFastKernels()).rejects.toThrow(/Node 22 or newer.*--experimental-wasm-relaxed-simd/);
    compile.mockRestore();
  });
});
