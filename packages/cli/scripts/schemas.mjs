#!/usr/bin/env node
// Writes schema/*.schema.json from the schemas that the tool checks with; with --check says whether the committed ones are those.
import { readFileSync, writeFileSync } from 'node:fs';
import { loadSource } from '../../../scripts/load-source.mjs';

const { configJsonSchemaText } = await loadSource('/packages/cli/src/config/json-schema.ts');
const { reportJsonSchemaText } = await loadSource('/packages/cli/src/report/json-schema.ts');
const SCHEMAS = {
  'config.schema.json': configJsonSchemaText(),
  'report.schema.json': reportJsonSchemaText(),
};

for (const [name, text] of Object.entries(SCHEMAS)) {
  const file = new URL(`../schema/${name}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    process.stderr.write(
      `packages/cli/schema/${name}: what it is made from changed; run: pnpm --filter mnnquant generate\n`,
    );
    process.exitCode = 1;
  }
}
