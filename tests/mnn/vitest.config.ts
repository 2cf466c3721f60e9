import { defineConfig } from 'vitest/config';

// Two files at a time: MNN's own tool and most of what runs MNN here keep one core busy.
export default defineConfig({
  ssr: { resolve: { conditions: ['@mnnquant/source'] } },
  test: {
    name: 'mnn',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
