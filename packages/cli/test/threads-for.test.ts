import { availableParallelism } from 'node:os';
import { buildGraph, createPlan } from '@mnnquant/graph';
import { readModel, writeModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { isWorthGpu, threadsAhead, threadsFor } from '../src/threads.ts';
import { smallNet } from './scratch.ts';

/** 180 multiply-adds a pixel: 27 for each of 4 channels, then 36 for each of 2. */
function planOf(size: number) {
  return createPlan(buildGraph(readModel(writeModel(smallNet(size, size)))));
}

describe('threadsFor', () => {
  it('takes what was asked for, whatever the work, but none without a sample', () => {
    expect(threadsFor(3, planOf(8), 5)).toBe(3);
    expect(threadsFor(1, planOf(512), 1000)).toBe(1);
    expect(threadsFor(3, planOf(512), 2)).toBe(2);
  });

  it('keeps little work on one thread', () => {
    expect(threadsFor('auto', planOf(512), 84)).toBe(1);
  });

  it('takes a thread per core for more, and none without a sample', () => {
    expect(threadsFor('auto', planOf(512), 85)).toBe(Math.min(availableParallelism(), 64));
    expect(threadsFor('auto', planOf(8192), 1)).toBe(1);
  });
});

describe('threadsAhead', () => {
  it('starts what was asked for, and no thread without a sample', () => {
    expect(threadsAhead(3, 10, 1)).toBe(3);
    expect(threadsAhead(3, 2, 1e9)).toBe(2);
    expect(threadsAhead(3, 0, 1e9)).toBe(1);
  });

  it('starts threads for many images and a large model only', () => {
    const cores = Math.min(availableParallelism(), 64);
    expect(threadsAhead('auto', 100, 4e6)).toBe(Math.min(cores, 100));
    expect(threadsAhead('auto', 31, 4e6)).toBe(1);
    expect(threadsAhead('auto', 1000, 90_000)).toBe(1);
  });
});

describe('isWorthGpu', () => {
  it('is work that takes the CPU seconds', () => {
    // 47 million multiply-adds a sample.
    expect(isWorthGpu(planOf(512), 2000)).toBe(false);
    expect(isWorthGpu(planOf(512), 2200)).toBe(true);
  });
});
