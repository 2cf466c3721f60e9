import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { createServer, type ViteDevServer } from 'vite';
import type { PageJobs } from '../browser/page.ts';
import { launchChromium, messagesOf, PATIENCE } from './launch.ts';

/** The page for the conformance cases, in a browser of its own. */
export class TestPage {
  readonly #server: ViteDevServer;
  readonly #browser: Browser;
  readonly #cache: string;
  readonly page: Page;
  readonly messages: readonly string[];

  private constructor(
    server: ViteDevServer,
    browser: Browser,
    cache: string,
    page: Page,
    messages: readonly string[],
  ) {
    this.#server = server;
    this.#browser = browser;
    this.#cache = cache;
    this.page = page;
    this.messages = messages;
  }

  static async open(): Promise<TestPage> {
    const root = fileURLToPath(new URL('../browser', import.meta.url));
    const cache = mkdtempSync(join(tmpdir(), 'mnnquant-vite-'));
    const server = await createServer({
      root,
      // Two files of tests that run at the same time would write the same one.
      cacheDir: cache,
      configFile: false,
      logLevel: 'error',
      resolve: { conditions: ['@mnnquant/source', 'module', 'browser', 'development'] },
      server: { port: 0, host: '127.0.0.1', fs: { strict: false } },
      optimizeDeps: { include: ['gpu.js'] },
    });
    await server.listen();
    const browser = await launchChromium();
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    const messages = messagesOf(page);
    await page.goto(server.resolvedUrls!.local[0]);
    await page.getByText('ready').waitFor();
    return new TestPage(server, browser, cache, page, messages);
  }

  run<K extends keyof PageJobs>(
    job: K,
    argument: Parameters<PageJobs[K]>[0],
  ): Promise<Awaited<ReturnType<PageJobs[K]>>> {
    return this.page.evaluate(
      ([name, value]) => (window as unknown as { jobs: PageJobs }).jobs[name as K](value as never) as never,
      [job, argument] as const,
    );
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
    rmSync(this.#cache, { recursive: true, force: true });
  }
}
