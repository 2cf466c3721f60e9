import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { driverProblem, namedDriverProblem } from '../src/node/vulkan-drivers.ts';

const root = mkdtempSync(join(tmpdir(), 'mnnquant-vulkan-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const DRIVER = { file_format_version: '1.0.0', ICD: { library_path: 'libcard.so', api_version: '1.3.0' } };

function file(name: string, content: unknown = DRIVER): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Whatever this machine has lies outside of what is looked at; but for /etc, which is always. */
const has = (environment: NodeJS.ProcessEnv) =>
  driverProblem(
    {
      HOME: join(root, 'home'),
      XDG_DATA_DIRS: join(root, 'none'),
      XDG_CONFIG_DIRS: join(root, 'none'),
      ...environment,
    },
    'linux',
  ) === undefined;

test('a driver that is named counts where its manifest exists', () => {
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

test('what is named and is no driver is said, with where it was named', () => {
  const problem = (value: string) => namedDriverProblem({ VK_ICD_FILENAMES: value }, 'linux');
  // A list ends the process in Vulkan's loader.
  const others = [
    file('other/list.json', []),
    file('other/null.json', 'null'),
    file('other/garbage.json', 'garbage'),
    file('other/unnamed.json', { ICD: { library_path: '' } }),
    file('other/gone.json', { ICD: { library_path: './gone.so' } }),
    file('other/nothing.json', ''),
    join(root, 'other'),
    '/nowhere/icd.json',
  ];
  for (const path of others)
    expect(problem(path)).toBe(
      `VK_ICD_FILENAMES names no Vulkan driver: expected a manifest whose library is there, or a folder of such, got ${path}`,
    );
  file('card/libcard.so', '');
  const beside = file('card/card.json', { ICD: { library_path: './libcard.so' } });
  for (const path of [beside, join(root, 'card'), `${others[0]}:${beside}`])
    expect(problem(path)).toBeUndefined();
  expect(namedDriverProblem({}, 'linux')).toBeUndefined();
  expect(driverProblem({ VK_DRIVER_FILES: others[0], VK_ICD_FILENAMES: beside }, 'linux')).toMatch(
    /^VK_DRIVER_FILES names no Vulkan driver/,
  );
});

test('other systems have other ways to their GPU', () => {
  for (const platform of ['darwin', 'win32']) {
    expect(driverProblem({}, platform)).toBeUndefined();
    expect(namedDriverProblem({ VK_ICD_FILENAMES: '/nowhere/icd.json' }, platform)).toBeUndefined();
  }
});
