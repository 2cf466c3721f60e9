import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@mnnquant/source'] } },
  test: {
    name: 'repository',
    include: ['test/**/*.test.{ts,mjs}'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
