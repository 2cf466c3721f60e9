import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The license of every package that is inside a bundle, as their licenses ask.
 *
 * @param root the folder that esbuild worked in
 * @param inputs the files that went in, relative to it
 */
export function bundledLicenses(root, inputs) {
  const folders = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  const texts = [...new Set(folders)].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no license file; it cannot be part of the bundle`);
    return `${name} ${version} (${license})\n\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
  });
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`);
}
