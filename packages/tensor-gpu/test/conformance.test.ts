import { conformanceCases, statisticsCases } from '@mnnquant/graph/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuBackend, type GpuBackend } from '../src/node.ts';
import { hasNodeWebGpu } from './support/available.ts';
import { TOLERANCE } from './support/tolerance.ts';

describe.skipIf(!hasNodeWebGpu())('WebGPU in Node: every case of every op that has a kernel', () => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await createGpuBackend({ mode: 'webgpu' });
    expect(backend.name).toBe('gpu:webgpu');
  });
  afterAll(() => backend?.dispose());

  for (const item of conformanceCases()) {
    test(`${item.op}: ${item.title}`, async () => {
      const result = await item.run(backend);
      if (result === undefined) return;
      expect(result.exactWhereNeeded).toBe(true);
      expect(result.relativeError).toBeLessThan(TOLERANCE);
    });
  }

  for (const item of statisticsCases()) {
    test(item.title, async () => {
      const { exactWhereNeeded, relativeError } = await item.run(backend);
      expect(exactWhereNeeded).toBe(true);
      expect(relativeError).toBeLessThan(TOLERANCE);
    });
  }
});
