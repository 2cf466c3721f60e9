import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { longFirst } from './scripts/long-first.ts';

/** Files that take 5 s and more of a core. */
const LONG = [
  'tensor-gpu/test/browser',
  'cli/test/threads',
  'tensor-gpu/test/page',
  'cli/test/config-keys',
  'tensor-gpu/test/leaks',
  'tensor-cpu/test/forget',
  'tensor-gpu/test/convolution',
  'cli/test/report-looks',
  'graph/test/op-golden',
  'tensor-gpu/test/conformance',
  'cli/test/faults/writing',
  'cli/test/command',
  'cli/test/completion',
  'cli/test/report-auto-page',
  'cli/test/report-page',
  'tensor-cpu/test/pool',
];

export default defineConfig({
  test: {
    projects: ['packages/*/vitest.config.ts', 'scripts/vitest.config.ts', 'tests/fuzz/vitest.config.ts'],
    // vitest would leave one core to itself, which is half of a small machine.
    maxWorkers: '100%',
    sequence: { sequencer: longFirst(join(import.meta.dirname, 'packages'), LONG) },
  },
});
