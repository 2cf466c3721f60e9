import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { launchChromium, messagesOf, PATIENCE } from '../../tensor-gpu/test/support/launch.ts';
import { sorted } from '../src/report/html/columns.ts';
import { renderReport } from '../src/report/html/index.ts';
import type { Report } from '../src/report/schema.ts';
import { exampleReport } from './report-example.ts';

const DESKTOP = { width: 1440, height: 900 };
/** What the table is sorted by at first. */
export const WORST = 'isolated-cosine';

export interface Opened {
  readonly page: Page;
  readonly messages: readonly string[];
  /** Everything that was asked for but the file itself and what it has inside. */
  readonly requests: readonly string[];
}

/** A browser that shows reports from files, as a person opens them. */
export class ReportBrowser {
  readonly #browser: Browser;
  readonly #folder: string;
  /** What is shown where a test names no other; not to be changed. */
  readonly report: Report;

  private constructor(browser: Browser, folder: string, report: Report) {
    this.#browser = browser;
    this.#folder = folder;
    this.report = report;
  }

  static async start(): Promise<ReportBrowser> {
    const [browser, report] = await Promise.all([launchChromium(), exampleReport(60)]);
    return new ReportBrowser(browser, mkdtempSync(join(tmpdir(), 'mnnquant-report-')), report);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    rmSync(this.#folder, { recursive: true });
  }

  /** The page of a report, for the rest of the test. */
  async open(options: BrowserContextOptions = {}, shown = this.report): Promise<Opened> {
    const file = join(this.#folder, 'report.html');
    writeFileSync(file, renderReport(shown));
    const context = await this.#browser.newContext({ viewport: DESKTOP, ...options });
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const messages = messagesOf(page);
    const requests: string[] = [];
    const { href } = pathToFileURL(file);
    page.on('request', (request) => {
      if (request.url() !== href && !request.url().startsWith('data:')) requests.push(request.url());
    });
    await page.goto(href);
    return { page, messages, requests };
  }

  /** The layer in the first row. */
  get worst(): number {
    return sorted(this.report.layers, WORST, 'ascending')[0];
  }
}

/** Layers whose rows are seen, from the top. */
export function rowIds(page: Page): Promise<number[]> {
  return page
    .locator('#layer-table tbody tr[data-layer]:visible')
    .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.layer)));
}

export function header(page: Page, key: string): Locator {
  return page.locator(`#layer-table th[data-key="${key}"]`);
}

/** The button that opens a layer's details. */
export function opener(page: Page, layer: number): Locator {
  return page.locator(`#layer-${layer} button.open`);
}

/** Opens or closes a `<details>` by its summary, and waits for the event that fills it, which comes after the click. */
export async function turn(summary: Locator): Promise<void> {
  const turned = await summary.evaluateHandle((element) =>
    // In an object, since what is a promise itself would be waited for.
    ({
      event: new Promise((resolve) =>
        element.parentElement!.addEventListener('toggle', resolve, { once: true }),
      ),
    }),
  );
  await summary.click();
  await turned.evaluate(({ event }) => event.then(() => undefined));
  await turned.dispose();
}

/** How many pixels of each canvas are painted at all. */
export function painted(page: Page, selector: string): Promise<number[]> {
  return page.locator(`${selector} canvas`).evaluateAll((list) =>
    list.map((one) => {
      const { width, height } = one as HTMLCanvasElement;
      const { data } = (one as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return data.filter((value, i) => i % 4 === 3 && value > 0).length;
    }),
  );
}
