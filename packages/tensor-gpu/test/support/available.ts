import { existsSync } from 'node:fs';

/** Where Debian's chromium has its Vulkan driver in software, and itself. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
export const CHROMIUM = process.env.MNNQUANT_CHROMIUM ?? '/usr/bin/chromium';

/** Set where a missing GPU mode is an error, as in CI. */
const REQUIRED = process.env.MNNQUANT_REQUIRE_GPU === '1';

/** Whether to run what needs WebGPU in Node; takes the driver in software where no other was named. */
export function hasNodeWebGpu(): boolean {
  if (process.env.VK_ICD_FILENAMES === undefined && existsSync(SWIFTSHADER))
    process.env.VK_ICD_FILENAMES = SWIFTSHADER;
  return REQUIRED || process.env.VK_ICD_FILENAMES !== undefined;
}

/** Whether to run what needs headless GL: nobody has it by accident, since it is compiled on installing. */
export function hasHeadlessGl(): boolean {
  return process.env.MNNQUANT_HEADLESS_GL === '1';
}

/** Whether to run what needs Chromium. */
export function hasChromium(): boolean {
  return REQUIRED || existsSync(CHROMIUM);
}
