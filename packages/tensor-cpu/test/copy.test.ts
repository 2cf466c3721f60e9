import { beforeAll, describe, expect, test } from 'vitest';
import type { KernelContext } from '../src/context.ts';
import { makeContext } from './support/harness.ts';

let context: KernelContext;
beforeAll(async () => {
  context = await makeContext();
});

describe('rows of bytes', () => {
  test.each([1, 3, 4, 17, 255, 256, 257, 1000])(
    'of length %d are copied, and nothing beside them',
    (bytes) => {
      const [rows, sourceStep, targetStep] = [3, bytes + 5, bytes + 9];
      const { heap, memory, wasm } = context;
      const [source, target] = [heap.allocate(rows * sourceStep), heap.allocate(rows * targetStep)];
      const from = memory.uint8.subarray(source, source + rows * sourceStep).map((_, i) => (i % 250) + 1);
      memory.uint8.set(from, source);
      memory.uint8.fill(0, target, target + rows * targetStep);
      wasm.copyRows(source, target, rows, bytes, sourceStep, targetStep);
      const expected = new Uint8Array(rows * targetStep);
      for (let r = 0; r < rows; r++) {
        expected.set(from.subarray(r * sourceStep, r * sourceStep + bytes), r * targetStep);
      }
      expect(memory.uint8.slice(target, target + rows * targetStep)).toEqual(expected);
      heap.free(source);
      heap.free(target);
    },
  );
});
