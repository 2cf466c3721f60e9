import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@mnnquant/source'] } },
  test: { name: 'tensor-gpu', include: ['test/**/*.test.ts'], testTimeout: 120_000 },
});
