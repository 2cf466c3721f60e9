import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from '../../tensor-gpu/test/support/available.ts';
import { bestFirst } from '../src/report/auto-trials.ts';
import { autoPoints } from '../src/report/html/auto-points.ts';
import type { Direction } from '../src/report/html/columns.ts';
import { sortedTrials, trialColumns, trialRows } from '../src/report/html/trial-columns.ts';
import type { Report } from '../src/report/schema.ts';
import { searched } from './report-auto-example.ts';
import { painted, ReportBrowser } from './report-browser.ts';

const PHONE = { width: 360, height: 740 };
const POINTER = { name: 'Trial in the chart' };

function trialIds(page: Page): Promise<number[]> {
  return page
    .locator('#trial-table tbody tr')
    .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.trial)));
}

/** Where a point of the chart is, in pixels of its plot. */
async function pointPosition(page: Page, index: number): Promise<{ x: number; y: number }> {
  const slider = page.getByRole('slider', POINTER);
  await slider.focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < index; i++) await page.keyboard.press('ArrowRight');
  return markerPosition(page);
}

/** The middle of the chosen point in its plot; both at one moment, since the page may still be scrolling. */
function markerPosition(page: Page): Promise<{ x: number; y: number }> {
  return page.locator('#auto-plot').evaluate((host) => {
    const [marker, plot] = ['.marker', '.u-over'].map((one) =>
      host.querySelector(one)!.getBoundingClientRect(),
    ) as [DOMRect, DOMRect];
    return { x: marker.x + marker.width / 2 - plot.x, y: marker.y + marker.height / 2 - plot.y };
  });
}

interface AxisNumber {
  readonly text: string;
  /** Of its middle, from the top, and its size, all in pixels of the page. */
  readonly y: number;
  readonly width: number;
  /** Of its right end, from the left of the chart. */
  readonly right: number;
}

/** The numbers that the chart draws along its left side, from the top. */
async function leftNumbers(page: Page): Promise<AxisNumber[]> {
  return page.evaluate(async () => {
    const numbers: AxisNumber[] = [];
    const { prototype } = CanvasRenderingContext2D;
    const { fillText } = prototype;
    prototype.fillText = function (text, x, y, ...more) {
      const inChart = this.canvas.closest('#auto-plot') !== null;
      if (inChart && this.textAlign === 'right')
        numbers.push({ text, y, right: x, width: this.measureText(text).width });
      fillText.call(this, text, x, y, ...more);
    };
    // Other colours: it is drawn anew.
    document.querySelector<HTMLInputElement>('input[name="theme"][value="dark"]')!.click();
    await new Promise(requestAnimationFrame);
    prototype.fillText = fillText;
    return numbers.sort((a, b) => a.y - b.y);
  });
}

describe.skipIf(!hasChromium())('what the page shows of a search, in Chromium', () => {
  let pages: ReportBrowser;
  let report: Report;
  beforeAll(async () => {
    pages = await ReportBrowser.start();
    report = searched(pages.report, { outputs: ['boxes', 'scores'] });
  });
  afterAll(() => pages?.close());

  test('draws the curve, in both colour schemes, without a message or a request', async () => {
    const { page, messages, requests } = await pages.open({}, report);
    expect((await painted(page, '#auto-plot'))[0]).toBeGreaterThan(2000);
    const picture = (): Promise<string> =>
      page.locator('#auto-plot canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const light = await picture();
    await page.getByRole('radio', { name: 'Dark' }).check();
    expect(await picture()).not.toBe(light);
    expect(messages).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('sorts what was tried by any column, with the pointer and with keys', async () => {
    const { page } = await pages.open({}, report);
    const auto = report.auto!;
    expect(await trialIds(page)).toEqual(bestFirst(auto));
    const rows = trialRows(auto);
    for (const column of trialColumns(auto)) {
      // The first press of the column that sorts already turns it around.
      const turned = column.first === 'ascending' ? 'descending' : 'ascending';
      const order: Direction[] = column.key === 'rank' ? [turned, column.first] : [column.first, turned];
      const header = page.locator(`#trial-table th[data-key="${column.key}"]`);
      await header.getByRole('button').click();
      expect(await trialIds(page), column.key).toEqual(sortedTrials(rows, column, order[0]!));
      expect(await header.getAttribute('aria-sort')).toBe(order[0]);
      await header.getByRole('button').press('Enter');
      expect(await trialIds(page), column.key).toEqual(sortedTrials(rows, column, order[1]!));
      expect(await page.locator('#trial-table [aria-sort]').count()).toBe(1);
    }
    // The table of layers has its own order.
    expect(await page.locator('#layer-table [aria-sort]').count()).toBe(1);
  });

  test('goes from a point to the row of its trial, with keys and with a click', async () => {
    const { page } = await pages.open({}, report);
    const points = autoPoints(report.auto!, 'cosine');
    const slider = page.getByRole('slider', POINTER);
    await slider.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    const last = points[points.length - 2]!;
    expect(await slider.getAttribute('aria-valuenow')).toBe(String(points.length - 1));
    expect(await page.locator('#auto-readout').textContent()).toMatch(
      new RegExp(
        `^Trial ${last.trial + 1} · MSE, asymmetric, equalized, biases corrected · \\d+ ops freed · `,
      ),
    );
    await page.keyboard.press('Enter');
    const focused = (): Promise<string | undefined> => page.evaluate(() => document.activeElement?.id);
    expect(await focused()).toBe(`trial-${last.trial}`);
    // Several trials have nothing in float: the pointer takes the one that is nearest in height, too.
    const inInt8 = points.filter(({ x }) => x === 0);
    expect(inInt8.length).toBeGreaterThan(3);
    const position = await pointPosition(page, 2);
    await page.keyboard.press('End');
    await page.locator('#auto-plot .u-over').click({ position: { x: position.x + 3, y: position.y } });
    expect(await focused()).toBe(`trial-${inInt8[2]!.trial}`);
  });

  const decades = (i: number, last: number): number => 10 ** ((-5 * i) / last);
  test.each<[what: string, errorOf: (i: number, last: number) => number | null, least: number]>([
    ['five powers of ten', decades, 5],
    ['eight powers of ten', (i, last) => 2 * 10 ** ((-8 * i) / last), 5],
    ['one value', () => 0.00342, 3],
    ['values that hardly differ', (i, last) => 0.00342 + (1e-7 * i) / last, 3],
    ['no error at all', () => 0, 3],
    ['no number', () => null, 3],
  ])('has numbers beside the curve that neither touch nor repeat, of %s', async (_, errorOf, least) => {
    const { trials } = report.auto!;
    const auto = {
      ...report.auto!,
      target: undefined,
      trials: trials.map((trial, i) => ({ ...trial, error: errorOf(i, trials.length - 1) })),
    };
    for (const viewport of [PHONE, { width: 1280, height: 900 }]) {
      const { page, messages } = await pages.open({ viewport }, { ...report, auto });
      const numbers = await leftNumbers(page);
      expect(numbers.length).toBeGreaterThanOrEqual(least);
      const texts = numbers.map(({ text }) => text);
      expect(new Set(texts).size).toBe(texts.length);
      const values = texts.map((text) => Number.parseFloat(text.replace('≤ ', '').replace('−', '-')));
      expect(values).toEqual([...values].sort((a, b) => b - a));
      for (const [i, { y, right, width }] of numbers.entries()) {
        // A line of text of 12 pixels.
        if (i > 0) expect(y - numbers[i - 1]!.y).toBeGreaterThanOrEqual(16);
        // Beside the title of the axis, which has 18 pixels.
        expect(right - width).toBeGreaterThanOrEqual(18);
      }
      expect(messages).toEqual([]);
    }
  });

  test('has no number beyond all errors', async () => {
    const trials = report.auto!.trials.map((trial) => ({ ...trial, top1: 0 }));
    const auto = { ...report.auto!, target: undefined, trials };
    const { page } = await pages.open({}, { ...report, auto });
    await page.getByRole('radio', { name: 'Top-1 errors' }).check();
    const texts = (await leftNumbers(page)).map(({ text }) => text).filter((text) => text !== '');
    expect(texts.length).toBeGreaterThanOrEqual(3);
    expect(texts[0]).toBe('100');
  });

  test('sorts on a phone by what has no column there, which it then has', async () => {
    const { page } = await pages.open({ viewport: PHONE }, report);
    const auto = report.auto!;
    const rows = trialRows(auto);
    const select = page.getByRole('combobox', { name: 'Sort trials by' });
    const columns = trialColumns(auto);
    expect(await select.locator('option').evaluateAll((all) => all.map((one) => one.textContent))).toEqual(
      columns.map(({ title, fullTitle = title }) => fullTitle),
    );
    for (const column of columns) {
      await select.selectOption(column.key);
      expect(await trialIds(page), column.key).toEqual(sortedTrials(rows, column, column.first));
      const header = page.locator(`#trial-table th[data-key="${column.key}"]`);
      expect(await header.isVisible(), column.key).toBe(true);
      expect(await header.getAttribute('aria-sort')).toBe(column.first);
      const cells = page.locator(`#trial-table tbody tr > :nth-child(${columns.indexOf(column) + 1})`);
      expect(await cells.first().isVisible(), column.key).toBe(true);
    }
    await select.selectOption('rank');
    expect(await page.locator('#trial-table th[data-key="freed"]').isVisible()).toBe(false);
    // Headers and the select say the same.
    await page.locator('#trial-table th[data-key="float"] button').click();
    expect(await select.inputValue()).toBe('float');
    // With room for the headers there is no need for it.
    await page.setViewportSize({ width: 1280, height: 900 });
    expect(await select.isVisible()).toBe(false);
  });

  test('shows on a phone which ops were freed, and what each brings', async () => {
    const { page } = await pages.open({ viewport: PHONE }, report);
    const { trials, sensitivity } = report.auto!;
    const at = trials.findIndex(({ freed }) => freed.length > 2);
    const row = page.locator(`#trial-${at}`);
    await row.getByText(`+ ${trials[at]!.freed.length} ops in float`).click();
    expect(await row.locator('li:visible').allInnerTexts()).toEqual(trials[at]!.freed);
    const headers = page.locator('#sensitivity-table thead th:visible');
    expect(await headers.allInnerTexts()).toEqual(['Op', 'Error gone', 'Mult-adds', 'Gone per 1 %']);
    const first = page.locator('#sensitivity-table tbody tr').first();
    expect(await first.locator('td:visible').allInnerTexts()).toEqual([
      '39 %',
      ...[expect.stringMatching(/^[\d.]+ %$/), expect.stringMatching(/^[\d.]+ %$/)],
    ]);
    expect(sensitivity[0]!.before).toBe(0.99214);
    const chosen = trials.find((trial) => trial.chosen)!;
    expect(await page.locator('#sensitivity-table .tag').count()).toBe(chosen.freed.length);
  });

  test('shows errors of top-1 in place of cosines, and keeps the point', async () => {
    const { page } = await pages.open({}, report);
    const first = await pointPosition(page, 5);
    const told = await page.locator('#auto-readout').textContent();
    await page.getByRole('radio', { name: 'Top-1 errors' }).check();
    expect(await page.locator('#auto-readout').textContent()).toBe(told);
    expect((await markerPosition(page)).y).not.toBeCloseTo(first.y, 0);
    const unlabelled = searched(pages.report, { labels: false });
    const { page: other } = await pages.open({}, unlabelled);
    expect(await other.getByRole('radio', { name: 'Top-1 errors' }).count()).toBe(0);
  });

  test('holds 300 trials in a table that scrolls, and fits a phone', async () => {
    const many = searched(pages.report, { trials: 300, outputs: ['boxes', 'scores', 'landmarks'] });
    const { page, messages } = await pages.open({ viewport: PHONE }, many);
    const width = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);
    expect(await width()).toBe(PHONE.width);
    const table = (await page.locator('.trials .scroll').boundingBox())!;
    expect(table.height).toBeLessThan(PHONE.height);
    // Neither it nor the others have to be pushed sideways here.
    for (const name of ['.trials .scroll', '#auto .scroll:has(#sensitivity-table)'])
      expect(
        await page.locator(name).evaluate((box) => box.scrollWidth - box.clientWidth),
        name,
      ).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1300, height: 900 });
    expect(await width()).toBe(1300);
    expect(messages).toEqual([]);
  });

  test('shows searches of nothing, of no numbers and of one trial', async () => {
    const [one] = report.auto!.trials;
    const chosen = { ...one!, chosen: true };
    const lost = { ...chosen, outputs: [{ name: 'boxes', cosine: null }], top1: undefined };
    for (const trials of [[], [chosen], [lost], [{ ...chosen, multiplyAdds: { int8: 0, total: 0 } }]]) {
      const auto = { ...report.auto!, trials, sensitivity: [] };
      const { page, messages } = await pages.open({}, { ...report, auto });
      const slider = page.getByRole('slider', POINTER);
      expect(await slider.count()).toBe(Math.min(1, trials.length));
      if (trials.length > 0) {
        await slider.focus();
        await page.keyboard.press('End');
        expect(await page.locator('#auto-readout').textContent()).toContain('Trial 1, chosen');
        await page.locator('#auto-plot .u-over').click();
      }
      expect(messages).toEqual([]);
    }
  });
});
