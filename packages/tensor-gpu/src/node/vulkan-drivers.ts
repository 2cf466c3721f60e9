import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where Vulkan's loader looks for drivers below each folder of data or configuration. */
const DRIVERS = 'vulkan/icd.d';

/**
 * Whether Vulkan could find a driver: one that is named exists, or a manifest lies where its loader looks (LoaderDriverInterface.md of
 * Khronos' Vulkan-Loader). `true` where WebGPU does not go through Vulkan.
 */
export function hasVulkanDriver(
  environment: NodeJS.ProcessEnv = process.env,
  platform: string = process.platform,
): boolean {
  if (platform !== 'linux') return true;
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES, VK_ADD_DRIVER_FILES = '' } = environment;
  const instead = VK_DRIVER_FILES || VK_ICD_FILENAMES;
  if (instead) return instead.split(':').some((path) => existsSync(path));
  if (VK_ADD_DRIVER_FILES.split(':').some((path) => existsSync(path))) return true;
  return dataFolders(environment).some((folder) =>
    namesIn(join(folder, DRIVERS)).some((name) => name.endsWith('.json')),
  );
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
