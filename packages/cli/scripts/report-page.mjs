// Writes src/report/html/generated/page.ts: the script and the style of the page that `--report` writes, each in one text.
// It is committed, so that sources, compiled modules and bundles have it without a build of their own. Run with: pnpm report-page
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { bundledLicenses } from '../../../scripts/bundled-licenses.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'src/report/html/generated/page.ts');

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  write: false,
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

/** Where `light-dark()` and `color-scheme` are known as well. */
const TARGET = ['chrome123', 'firefox120', 'safari17.5'];

async function bundled(entry, options) {
  const { outputFiles, metafile } = await build({ ...COMMON, entryPoints: [entry], ...options });
  return { text: outputFiles[0].text.trim(), inputs: Object.keys(metafile.inputs) };
}

/** As a source of Content-Security-Policy. */
const hash = (text) => `sha256-${createHash('sha256').update(text).digest('base64')}`;

async function pageModule() {
  const folder = 'src/report/html/client';
  const script = await bundled(`${folder}/main.ts`, {
    format: 'iife',
    target: TARGET,
    mainFields: ['module', 'main'],
  });
  const style = await bundled(`${folder}/style.css`, { target: TARGET });
  // A page is passed on: the licenses of what is inside go with it.
  const licenses = bundledLicenses(root, [...script.inputs, ...style.inputs]);
  const scriptText = `/*!\n${licenses.trim()}\n*/\n${script.text}\n`;
  for (const [text, end] of [
    [scriptText, /<\/script|<!--/i],
    [style.text, /<\/style/i],
  ])
    if (end.test(text)) throw new Error(`the page's own text holds ${end}, which would end it`);
  return [
    '// Written by scripts/report-page.mjs from src/report/html/client. Do not edit.',
    '',
    `export const SCRIPT: string = ${JSON.stringify(scriptText)};`,
    `export const SCRIPT_SHA256: string = '${hash(scriptText)}';`,
    `export const STYLE: string = ${JSON.stringify(style.text)};`,
    `export const STYLE_SHA256: string = '${hash(style.text)}';`,
    '',
  ].join('\n');
}

const text = await pageModule();
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write('packages/cli/src/report/html/generated/page.ts is stale: run pnpm report-page\n');
    process.exit(1);
  }
} else {
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
}
