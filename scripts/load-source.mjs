import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';

/**
 * What a module of the sources exports. They are TypeScript, which the oldest supported Node cannot load by itself.
 *
 * @param path from the root of the repository, with a slash before it
 */
export async function loadSource(path) {
  const server = await createViteServer({
    configFile: false,
    root: fileURLToPath(new URL('..', import.meta.url)),
    logLevel: 'error',
    server: { middlewareMode: true, watch: null, ws: false, hmr: false },
    optimizeDeps: { noDiscovery: true },
    ssr: { resolve: { conditions: ['@mnnquant/source'] } },
  });
  try {
    return await server.ssrLoadModule(path);
  } finally {
    await server.close();
  }
}
