import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@mnnquant/source'] } },
  test: {
    name: 'tensor-cpu',
    include: ['test/**/*.test.ts'],
    globalSetup: ['scripts/build-wasm.mjs'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
