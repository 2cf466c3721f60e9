import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_ALIGNMENT, Heap, READ_SLACK } from '../src/memory/heap.ts';
import { MAX_MEMORY_BYTES, WasmMemory } from '../src/memory/wasm-memory.ts';

function makeHeap(step = 4096): { heap: Heap; size: () => number } {
  let size = 0;
  const heap = new Heap(65536, (bytes) => {
    const added = Math.ceil(bytes / step) * step;
    size += added;
    return added;
  });
  return { heap, size: () => size };
}

describe('Heap', () => {
  test('blocks are aligned, do not overlap, and all memory comes back', () => {
    const command = fc.record({ bytes: fc.nat(20_000), free: fc.nat(1000), keep: fc.boolean() });
    fc.assert(
      fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
        const { heap, size } = makeHeap();
        const live: { address: number; bytes: number }[] = [];
        for (const { bytes, free, keep } of commands) {
          if (!keep && live.length > 0) heap.free(live.splice(free % live.length, 1)[0].address);
          const address = heap.allocate(bytes);
          expect(address % BLOCK_ALIGNMENT).toBe(0);
          expect(address + bytes + READ_SLACK).toBeLessThanOrEqual(65536 + size());
          for (const other of live) {
            const apart =
              address + bytes + READ_SLACK <= other.address || other.address + other.bytes <= address;
            expect(apart).toBe(true);
          }
          live.push({ address, bytes });
        }
        for (const { address } of live) heap.free(address);
        expect(heap.usedBytes).toBe(0);
        expect(heap.liveBlocks).toBe(0);
        const before = size();
        if (before > READ_SLACK) heap.allocate(before - READ_SLACK);
        expect(size()).toBe(before);
      }),
    );
  });

  test('a repeated pattern of allocations does not grow', () => {
    const { heap, size } = makeHeap();
    let after = 0;
    for (let round = 0; round < 1000; round++) {
      const blocks = [5000, 100, 70_000, 64, 5000].map((bytes) => heap.allocate(bytes));
      for (const address of blocks) heap.free(address);
      if (round === 0) after = size();
    }
    expect(size()).toBe(after);
  });

  test('refuses an address that is not live', () => {
    const { heap } = makeHeap();
    const address = heap.allocate(10);
    heap.free(address);
    expect(() => heap.free(address)).toThrow(/freed already/);
  });
});

describe('WasmMemory', () => {
  test('says how much was asked for and what to do when the budget is spent', () => {
    const memory = new WasmMemory(2 ** 20);
    const heap = new Heap(memory.bytes, (bytes) => memory.grow(bytes));
    heap.allocate(500_000);
    expect(() => heap.allocate(2 ** 21)).toThrow(
      /out of memory: .* MiB more needed, 1\.0 MiB in use, the limit is 1\.0 MiB\. Use a smaller input.*maxMemoryBytes/,
    );
    heap.allocate(100);
  });

  test('refuses a budget out of reach', () => {
    for (const bytes of [0, Number.NaN, MAX_MEMORY_BYTES + 1]) {
      expect(() => new WasmMemory(bytes)).toThrow(/maxMemoryBytes must be between/);
    }
  });

  test('views follow the memory when it grows', () => {
    const memory = new WasmMemory(2 ** 26);
    memory.float32[7] = 42;
    memory.grow(1);
    expect(memory.float32[7]).toBe(42);
    expect(memory.float32.byteLength).toBe(memory.bytes);
  });
});
