#!/usr/bin/env node
// Writes src/generated/ from schema/*.fbs. Run with: pnpm --filter @mnnquant/mnn-format generate
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { emitDescriptors, emitEnums, emitTables } from './schema/emit.mjs';
import { parseSchema } from './schema/parse.mjs';
import { resolveSchema } from './schema/resolve.mjs';

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..');

/** @returns {Record<string, string>} generated file texts by name */
export function generateSchema(schemaFolder = join(PACKAGE, 'schema')) {
  const names = readdirSync(schemaFolder)
    .filter((name) => name.endsWith('.fbs'))
    .sort();
  const files = names.map((name) => ({ name, text: readFileSync(join(schemaFolder, name), 'utf8') }));
  const schema = resolveSchema(parseSchema(files));
  return {
    'enums.ts': emitEnums(schema),
    'tables.ts': emitTables(schema),
    'descriptors.ts': emitDescriptors(schema),
  };
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const target = join(PACKAGE, 'src', 'generated');
  mkdirSync(target, { recursive: true });
  for (const [name, text] of Object.entries(generateSchema())) writeFileSync(join(target, name), text);
}
