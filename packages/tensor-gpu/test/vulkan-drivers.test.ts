import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hasVulkanDriver } from '../src/node/vulkan-drivers.ts';

const root = mkdtempSync(join(tmpdir(), 'mnnquant-vulkan-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function file(name: string): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, '{}');
  return path;
}

/** Whatever this machine has lies outside of what is looked at; but for /etc, which is always. */
const has = (environment: NodeJS.ProcessEnv) =>
  hasVulkanDriver(
    {
      HOME: join(root, 'home'),
      XDG_DATA_DIRS: join(root, 'none'),
      XDG_CONFIG_DIRS: join(root, 'none'),
      ...environment,
    },
    'linux',
  );

test('a driver that is named counts where its file exists', () => {
  const icd = file('driver/icd.json');
  for (const name of ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES', 'VK_ADD_DRIVER_FILES'])
    expect(has({ [name]: `/nowhere/icd.json:${icd}` })).toBe(true);
  // Named drivers replace those that are installed.
  file('share/vulkan/icd.d/card.json');
  expect(has({ VK_ICD_FILENAMES: '/nowhere/icd.json', XDG_DATA_DIRS: join(root, 'share') })).toBe(false);
});

test.each(['XDG_DATA_DIRS', 'XDG_CONFIG_DIRS', 'XDG_DATA_HOME', 'XDG_CONFIG_HOME'])(
  'a manifest below %s counts',
  (name) => {
    file(`${name}/vulkan/icd.d/card.json`);
    expect(has({ [name]: join(root, name) })).toBe(true);
  },
);

test('a folder without manifests does not count', () => {
  file('empty/vulkan/icd.d/readme.txt');
  const without = has({});
  expect(has({ XDG_DATA_DIRS: join(root, 'empty') })).toBe(without);
});

test('other systems have other ways to their GPU', () => {
  expect(hasVulkanDriver({}, 'darwin')).toBe(true);
  expect(hasVulkanDriver({}, 'win32')).toBe(true);
});
