/** What every WebAssembly file begins with: `\0asm`. */
const MAGIC = [0x00, 0x61, 0x73, 0x6d];

const ADVICE =
  "a bundler has to take wasm/kernels.wasm along and to know new URL('…', import.meta.url), as Vite 8 does; otherwise serve @mnnquant/tensor-cpu/wasm/kernels.wasm and pass its content as options.wasm";

/**
 * The kernels from beside this module, in a page or worker.
 *
 * @throws where there is something else or nothing; servers of single-page applications answer with their page
 */
export async function fetchKernels(url: URL): Promise<ArrayBuffer> {
  if (url.protocol === 'file:') {
    throw new Error(
      'tensor-cpu: the kernels cannot be fetched from a file; import createCpuBackend from @mnnquant/tensor-cpu/node, or pass them as options.wasm',
    );
  }
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(
      `tensor-cpu: cannot load the kernels: ${response.status} ${response.statusText} for ${url}; ${ADVICE}`,
    );
  }
  const bytes = await response.arrayBuffer();
  const start = new Uint8Array(bytes, 0, Math.min(MAGIC.length, bytes.byteLength));
  if (MAGIC.some((byte, i) => start[i] !== byte)) {
    const type = response.headers.get('content-type') ?? 'something else';
    throw new Error(`tensor-cpu: expected the kernels at ${url}, got ${type}; ${ADVICE}`);
  }
  return bytes;
}
