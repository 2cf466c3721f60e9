import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { build, createLogger, type Logger, type Plugin } from 'vite';
import config from '../page/vite.config.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** What Vite says of its own speed on a busy machine is no warning about the page. */
const QUIET = { checks: { bundlerTimings: false } };

export interface Built {
  /** Where the files are. */
  readonly folder: string;
  /** What Vite warned of. */
  readonly warnings: readonly string[];
  /** Every module that is inside, by its path. */
  readonly modules: readonly string[];
  remove(): Promise<void>;
}

/**
 * The page as Vite builds it.
 *
 * @param packages `built`: as somebody gets them who installs them; `sources`: as they are in this workspace
 */
export async function buildPage(packages: 'built' | 'sources'): Promise<Built> {
  const folder = await mkdtemp(join(tmpdir(), 'mnnquant-page-'));
  const warnings: string[] = [];
  const modules = new Set<string>();
  const listing = (): Plugin => ({
    name: 'list-modules',
    resolveId: (source) => {
      if (source.startsWith('node:')) modules.add(source);
    },
    generateBundle: (_, chunks) => {
      for (const chunk of Object.values(chunks))
        if (chunk.type === 'chunk') for (const id of chunk.moduleIds) modules.add(id);
    },
  });
  await build({
    ...config,
    configFile: false,
    logLevel: 'warn',
    customLogger: collecting(warnings),
    build: { outDir: folder, emptyOutDir: true, rolldownOptions: QUIET },
    plugins: [listing()],
    // A worker is a build of its own.
    worker: { ...config.worker, rolldownOptions: QUIET, plugins: () => [listing()] },
    ...(packages === 'built' && { resolve: {} }),
  });
  return {
    folder,
    warnings,
    modules: [...modules],
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function collecting(warnings: string[]): Logger {
  const add = (message: string): void => {
    warnings.push(message);
  };
  return { ...createLogger('silent'), warn: add, warnOnce: add, error: add };
}

/** Serves files as plain as can be: no header makes the page isolated. */
export async function serve(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer(async ({ url = '/' }, response) => {
    const path = normalize(new URL(url, 'http://page').pathname);
    const file = join(folder, path === '/' ? 'index.html' : path);
    try {
      const content = await readFile(file);
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
