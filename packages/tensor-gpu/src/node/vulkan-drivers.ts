import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** Where Vulkan's loader looks for drivers below each folder of data or configuration. */
const DRIVERS = 'vulkan/icd.d';

/** Lists that name drivers in place of those that are installed; the first that is set holds. */
const INSTEAD = ['VK_DRIVER_FILES', 'VK_ICD_FILENAMES'] as const;

/**
 * Why Vulkan can have no driver: none of those that lie where its loader looks, or that are named, is one
 * (LoaderDriverInterface.md of Khronos' Vulkan-Loader). `undefined` where one is to be expected, or WebGPU does not go
 * through Vulkan.
 */
export function driverProblem(
  environment: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string | undefined {
  if (platform !== 'linux') return undefined;
  if (namedOf(environment) !== undefined) return namedDriverProblem(environment, platform);
  const added = (environment.VK_ADD_DRIVER_FILES ?? '').split(':');
  const installed = dataFolders(environment).map((folder) => join(folder, DRIVERS));
  return [...added, ...installed].some(hasManifest) ? undefined : 'no Vulkan driver is installed';
}

/**
 * Why the drivers that are named cannot be had, where any are. There is no other place to look at then, and JSON of
 * another kind ends the process in Vulkan's loader (1.3.239).
 */
export function namedDriverProblem(
  environment: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): string | undefined {
  const named = namedOf(environment);
  if (platform !== 'linux' || named === undefined) return undefined;
  const value = environment[named]!;
  if (value.split(':').some(hasManifest)) return undefined;
  return `${named} names no Vulkan driver: expected a manifest whose library is there, or a folder of such, got ${value}`;
}

function namedOf(environment: NodeJS.ProcessEnv): string | undefined {
  return INSTEAD.find((name) => environment[name]);
}

/** A manifest, or a folder that has one. */
function hasManifest(path: string): boolean {
  return (
    isManifest(path) || namesIn(path).some((name) => name.endsWith('.json') && isManifest(join(path, name)))
  );
}

/** Whether it names a library that is there, or that the system is to look for. */
function isManifest(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const library: unknown = JSON.parse(readFileSync(path, 'utf8'))?.ICD?.library_path;
    if (typeof library !== 'string' || library === '') return false;
    return !library.includes('/') || existsSync(resolve(dirname(path), library));
  } catch {
    return false;
  }
}

function dataFolders(environment: NodeJS.ProcessEnv): string[] {
  const home = environment.HOME ?? homedir();
  const listed = (name: string, otherwise: string): string[] =>
    (environment[name] || otherwise).split(':').filter((folder) => folder !== '');
  return [
    ...listed('XDG_CONFIG_HOME', join(home, '.config')),
    ...listed('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/etc',
    '/usr/local/etc',
    ...listed('XDG_DATA_HOME', join(home, '.local/share')),
    ...listed('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
  ];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
