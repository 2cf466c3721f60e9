#!/usr/bin/env node
// Writes man/mnnquant.1 from the command; with --check says whether the committed page is that one.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSource } from '../../../scripts/load-source.mjs';

const PAGE = fileURLToPath(new URL('../man/mnnquant.1', import.meta.url));
const { manPage } = await loadSource('/packages/cli/scripts/man-page.ts');
const page = manPage();
if (!process.argv.includes('--check')) {
  mkdirSync(new URL('../man/', import.meta.url), { recursive: true });
  writeFileSync(PAGE, page);
} else if (readFileSync(PAGE, 'utf8') !== page) {
  process.stderr.write('packages/cli/man/mnnquant.1: the command changed since it was made; run: pnpm man\n');
  process.exitCode = 1;
}
