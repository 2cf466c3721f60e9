/** What `--backend` takes. */
export const BACKENDS = ['auto', 'cpu', 'gpu', 'gpu:webgpu', 'gpu:webgl2', 'gpu:headlessgl'] as const;

export type BackendName = (typeof BACKENDS)[number];

/** Those that can be there in Node. */
export const NODE_BACKENDS: readonly BackendName[] = BACKENDS.filter((name) => name !== 'gpu:webgl2');

/** The GPU is asked for, and nothing else will do. */
export function isGpu(name: BackendName): boolean {
  return name.startsWith('gpu');
}
