import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from '../../tensor-gpu/test/support/available.ts';
import { sorted } from '../src/report/html/columns.ts';
import type { Report } from '../src/report/schema.ts';
import { header, opener, painted, ReportBrowser, rowIds, turn, WORST } from './report-browser.ts';
import { exampleReport } from './report-example.ts';

describe.skipIf(!hasChromium())('what the page of a report does, in Chromium', () => {
  let pages: ReportBrowser;
  let report: Report;
  beforeAll(async () => {
    pages = await ReportBrowser.start();
    ({ report } = pages);
  });
  afterAll(() => pages?.close());

  test('loads nothing, says nothing on the console, and draws the chart', async () => {
    const { page, messages, requests } = await pages.open();
    expect((await painted(page, '#error-plot'))[0]).toBeGreaterThan(2000);
    await opener(page, pages.worst).click();
    await page.getByRole('radio', { name: 'Dark' }).check();
    expect(messages).toEqual([]);
    expect(requests).toEqual([]);
  });

  test('sorts by any column, with the pointer and with keys', async () => {
    const { page } = await pages.open();
    expect(await rowIds(page)).toEqual(sorted(report.layers, WORST, 'ascending'));
    expect(await header(page, WORST).getAttribute('aria-sort')).toBe('ascending');
    for (const [key, first, second] of [
      ['clipped', 'descending', 'ascending'],
      ['order', 'ascending', 'descending'],
      ['op', 'ascending', 'descending'],
    ] as const) {
      await header(page, key).getByRole('button').click();
      expect(await rowIds(page)).toEqual(sorted(report.layers, key, first));
      expect(await header(page, key).getAttribute('aria-sort')).toBe(first);
      await header(page, key).getByRole('button').press('Enter');
      expect(await rowIds(page)).toEqual(sorted(report.layers, key, second));
      expect(await page.locator('#layer-table [aria-sort]').count()).toBe(1);
    }
  });

  test('finds layers by text and by where they run', async () => {
    const { page } = await pages.open();
    await page.getByLabel('Find').fill('  CONV_3/ ');
    const found = report.layers.flatMap(({ op }, i) => (op.includes('conv_3/') ? [i] : []));
    expect((await rowIds(page)).sort((a, b) => a - b)).toEqual(found);
    expect(await page.locator('#shown').textContent()).toBe(`${found.length} of 60 layers`);
    await page.getByLabel('Find').fill('');
    await page.getByRole('combobox', { name: 'Runs in' }).selectOption('float');
    expect(await rowIds(page)).toEqual([59]);
    // Whoever follows a link to a layer gets there.
    await page.locator('#summary a[data-layer]').first().click();
    expect(await rowIds(page)).toHaveLength(60);
    expect(await opener(page, pages.worst).getAttribute('aria-expanded')).toBe('true');
  });

  test('opens details with charts by keys alone, and they move with their row', async () => {
    const { page } = await pages.open();
    const layer = pages.worst;
    await opener(page, layer).focus();
    await page.keyboard.press('Enter');
    const details = `#details-${layer}`;
    expect(await page.locator(`${details} h4`).allTextContents()).toEqual([
      'Values of its tensor (float)',
      expect.stringContaining('range per output channel'),
      'Weights, SNR per output channel',
    ]);
    const pixels = await painted(page, details);
    expect(pixels).toHaveLength(3);
    for (const count of pixels) expect(count).toBeGreaterThan(1000);
    expect(await page.locator(details).textContent()).toMatch(/Int8 represents .* lie below and .* above/);
    await header(page, 'order').getByRole('button').click();
    expect(await page.locator(`#layer-${layer} + tr`).getAttribute('id')).toBe(`details-${layer}`);
    await turn(page.locator(`${details} summary`));
    const channels = report.weights.find(({ op }) => op === report.layers[layer].op)!.min.length;
    expect(await page.locator(`${details} tbody tr`).count()).toBe(channels);
    await opener(page, layer).press('Space');
    expect(await page.locator(details).count()).toBe(0);
    expect(await opener(page, layer).getAttribute('aria-expanded')).toBe('false');
  });

  test('goes from a point of the chart to its layer, with keys and with a click', async () => {
    const { page } = await pages.open();
    const slider = page.getByRole('slider', { name: 'Layer in the chart' });
    await slider.focus();
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuenow')).toBe('59');
    expect(await page.locator('#error-readout').textContent()).toContain(report.layers[58].op);
    await page.keyboard.press('Enter');
    expect(await opener(page, 58).evaluate((button) => button === document.activeElement)).toBe(true);
    const { width, height } = (await page.locator('#error-plot .u-over').boundingBox())!;
    await page.locator('#error-plot .u-over').click({ position: { x: width - 2, y: height / 2 } });
    expect(await opener(page, 59).getAttribute('aria-expanded')).toBe('true');
  });

  test('gives the config that leaves the chosen layers in float, and what it costs', async () => {
    const { page } = await pages.open({ permissions: ['clipboard-read', 'clipboard-write'] });
    const [a, b] = sorted(report.layers, WORST, 'ascending');
    const names = [a, b].map((i) => report.layers[i].op);
    expect(await page.locator('#what-if').isVisible()).toBe(false);
    for (const op of names) await page.getByLabel(`Leave ${op} in float`).check();
    const chosen = [a, b].reduce((sum, i) => sum + report.layers[i].multiplyAdds, 0);
    const share = ((100 * chosen) / report.summary.multiplyAdds.total).toFixed(1);
    expect(await page.locator('#what-if-text').textContent()).toBe(
      `2 ops left in float: ${share} % of the multiply-adds in float, now 0 %`,
    );
    await page.getByRole('button', { name: 'Copy the changed config' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual({
      ...report.reproduce.config,
      skip_quant_op_names: ['type:Softmax', ...names],
    });
    await page.getByRole('button', { name: 'Clear' }).click();
    expect(await page.locator('#what-if').isVisible()).toBe(false);
    expect(await page.locator('.pick input:checked').count()).toBe(0);
  });

  test('selects the text where there is no clipboard', async () => {
    const { page } = await pages.open();
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed'));
    });
    await page.locator('.pick input').first().check();
    await page.getByRole('button', { name: 'Copy the changed config' }).click();
    await page.getByRole('button', { name: 'Selected: press Ctrl+C' }).waitFor();
    const selected = await page.evaluate(() => getSelection()!.toString());
    expect(JSON.parse(selected).skip_quant_op_names).toHaveLength(2);
    await page.locator('[data-copy="command"]').click();
    await page.waitForFunction((text) => getSelection()!.toString() === text, report.reproduce.command);
  });

  test('opens a layer of a large network that the address names', async () => {
    const { page, messages } = await pages.open({}, await exampleReport(300));
    await page.goto(`${page.url()}#layer-250`);
    await page.reload();
    expect(await page.locator('#details-250 canvas').count()).toBe(3);
    // Only what is open is drawn.
    expect(await page.locator('canvas').count()).toBe(4);
    expect(messages).toEqual([]);
  });
});
