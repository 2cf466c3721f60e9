import { conformanceCases, forgetting, statisticsCases } from '@mnnquant/graph/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuBackend, type GpuBackend, type GpuMode } from '../src/node.ts';
import { hasHeadlessGl, hasNodeWebGpu } from './support/available.ts';
import { TOLERANCE } from './support/tolerance.ts';

const MODES: readonly GpuMode[] = [
  ...(hasNodeWebGpu() ? (['webgpu'] as const) : []),
  ...(hasHeadlessGl() ? (['headlessgl'] as const) : []),
];

describe.each(MODES)('%s in Node: every case of every op that has a kernel', (mode) => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await createGpuBackend({ mode });
    expect(backend.name).toBe(`gpu:${mode}`);
  });
  afterAll(() => backend?.dispose());

  for (const item of conformanceCases()) {
    test(`${item.op}: ${item.title}`, async () => {
      const result = await item.run(backend);
      if (result === undefined) return;
      expect(result.exactWhereNeeded).toBe(true);
      if (item.exact) expect(result.relativeError).toBe(0);
      expect(result.relativeError).toBeLessThan(TOLERANCE);
      expect(await item.run(forgetting(backend))).toEqual(result);
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

test.skipIf(MODES.length > 0)('no GPU mode is there to test', () => {});
