#!/usr/bin/env node
// Writes docs/operators.md from the code; with --check says whether the committed page is that one.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

const PAGE = fileURLToPath(new URL('../docs/operators.md', import.meta.url));

/** The sources are TypeScript, which the oldest supported Node cannot load by itself. */
async function freshPage() {
  const server = await createViteServer({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    server: { middlewareMode: true, watch: null, ws: false, hmr: false },
    optimizeDeps: { noDiscovery: true },
    ssr: { resolve: { conditions: ['@mnnquant/source'] } },
  });
  try {
    const { operatorsPage } = await server.ssrLoadModule('/scripts/operators/page.ts');
    return operatorsPage();
  } finally {
    await server.close();
  }
}

const page = await freshPage();
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  process.stderr.write('docs/operators.md: the code changed since it was made; run: pnpm operators\n');
  process.exitCode = 1;
}
