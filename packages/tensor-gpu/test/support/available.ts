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
  return told(
    process.env.VK_ICD_FILENAMES !== undefined,
    `WebGPU in Node: there is no ${SWIFTSHADER}; install Debian's chromium and libvulkan1, or name a Vulkan driver with VK_ICD_FILENAMES`,
  );
}

/** Whether to run what needs headless GL: nobody has it by accident, since it is compiled on installing. */
export function hasHeadlessGl(): boolean {
  return process.env.MNNQUANT_HEADLESS_GL === '1';
}

/** Whether to run what needs Chromium. */
export function hasChromium(): boolean {
  return told(
    existsSync(CHROMIUM),
    `Chromium: there is no ${CHROMIUM}; install Debian's chromium, or name one with MNNQUANT_CHROMIUM`,
  );
}

/** Skipped tests show without a reason: it is said beside them. */
function told(isThere: boolean, reason: string): boolean {
  if (!isThere && !REQUIRED) console.warn(`skipped, as it needs ${reason}`);
  return isThere || REQUIRED;
}
