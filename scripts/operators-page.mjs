#!/usr/bin/env node
// Writes docs/operators.md from the code; with --check says whether the committed page is that one.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSource } from './load-source.mjs';

const PAGE = fileURLToPath(new URL('../docs/operators.md', import.meta.url));

const { operatorsPage } = await loadSource('/scripts/operators/page.ts');
const page = operatorsPage();
if (!process.argv.includes('--check')) {
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  process.stderr.write('docs/operators.md: the code changed since it was made; run: pnpm operators\n');
  process.exitCode = 1;
}
