import { fileURLToPath } from 'node:url';
import { defaultClientConditions, defineConfig } from 'vite';

/** The page out of the workspace's sources: `pnpm run page` in packages/tensor-gpu. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  resolve: { conditions: ['@mnnquant/source', ...defaultClientConditions] },
  // What the worker needs is made ready at the start: found later, it would load the page again.
  optimizeDeps: { entries: ['index.html', 'worker.ts'], include: ['gpu.js'] },
  // Parts of it are loaded when they are needed.
  worker: { format: 'es' },
});
