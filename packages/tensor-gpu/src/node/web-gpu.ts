import { namedDriverProblem } from './vulkan-drivers.ts';

/**
 * Loads Dawn where `navigator.gpu` is not there, which is where gpu.js looks.
 *
 * @throws where the package `webgpu` is missing or does not run here, or a driver is named that is none
 */
export async function provideWebGpu(): Promise<void> {
  const scope = globalThis as { navigator?: { gpu?: unknown } };
  if (scope.navigator?.gpu !== undefined) return;
  const problem = namedDriverProblem();
  if (problem !== undefined) throw new Error(`WebGPU has no adapter: ${problem}`);
  const { create, globals } = await loadDawn();
  for (const [name, value] of Object.entries(globals)) {
    if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true });
  }
  // Kept alive by this: without the instance Dawn ends the process.
  const gpu = create([]);
  if (scope.navigator === undefined)
    Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  else Object.defineProperty(scope.navigator, 'gpu', { value: gpu, configurable: true });
}

async function loadDawn(): Promise<typeof import('webgpu')> {
  try {
    return await import('webgpu');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const isMissing = code === 'ERR_MODULE_NOT_FOUND';
    // The package has no binary for every system; the lines that follow say who required it.
    const why = isMissing ? 'is not installed: npm i webgpu' : `cannot be loaded: ${message.split('\n')[0]}`;
    throw new Error(`the package webgpu ${why}`, { cause });
  }
}
