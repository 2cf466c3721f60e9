import { existsSync } from 'node:fs';

/** Where Debian's chromium has its Vulkan driver in software. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

/**
 * The variables that give WebGPU in Node a driver: one that was named, else the one in software.
 *
 * @returns {{ VK_ICD_FILENAMES: string } | undefined} nothing where there is none
 * @throws {Error} in that case with MNNQUANT_REQUIRE_GPU=1
 */
export function vulkanDriver() {
  const { VK_ICD_FILENAMES: named, MNNQUANT_REQUIRE_GPU: required } = process.env;
  const driver = named ?? (existsSync(SWIFTSHADER) ? SWIFTSHADER : undefined);
  if (driver !== undefined) return { VK_ICD_FILENAMES: driver };
  if (required === '1')
    throw new Error(`there is no ${SWIFTSHADER}: install chromium and libvulkan1, or set VK_ICD_FILENAMES`);
  return undefined;
}
