import { defineConfig } from 'vitest/config';
import { longFirst } from '../../scripts/long-first.ts';

/** Files that take 40 s and more of a core, the longest first. */
const LONG = [
  'auto',
  'methods',
  'gpu-models',
  'converted-ops',
  'every-model',
  'random-graphs',
  'ema',
  'int8-outputs',
  'skipped-ops',
  'float-outputs',
  'corrections',
  'array-models',
  'weight-admm',
  'compressed-sources',
];

// Two files at a time: MNN's own tool and most of what runs MNN here keep one core busy.
export default defineConfig({
  ssr: { resolve: { conditions: ['@mnnquant/source'] } },
  test: {
    name: 'mnn',
    root: import.meta.dirname,
    include: ['*.test.ts'],
    maxWorkers: 2,
    sequence: { sequencer: longFirst(import.meta.dirname, LONG) },
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
