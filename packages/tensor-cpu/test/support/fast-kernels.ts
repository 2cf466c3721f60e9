import { setFlagsFromString } from 'node:v8';
import { loadFastKernels } from '../../src/node.ts';

/** The first Node whose V8 has relaxed SIMD without a flag. */
const WITHOUT_FLAG = 22;

/** The fast kernels, in any Node that can run them. */
export async function loadFast(): Promise<WebAssembly.Module> {
  if (Number.parseInt(process.versions.node, 10) < WITHOUT_FLAG)
    setFlagsFromString('--experimental-wasm-relaxed-simd');
  return loadFastKernels();
}
