import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from '../../tensor-gpu/test/support/available.ts';
import { sorted } from '../src/report/html/columns.ts';
import type { Report } from '../src/report/schema.ts';
import { exampleAuto, exampleCorrections, searched } from './report-auto-example.ts';
import { opener, painted, ReportBrowser, rowIds, turn, WORST } from './report-browser.ts';
import { exampleReport } from './report-example.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PHONE = { width: 360, height: 740 };

/** A name that tries everything a file could hold. */
const EVIL = `</script><script>document.title='taken'</script><img src=x onerror="document.title='taken'">"'&\u202egnp\u0007\u2028`;

describe.skipIf(!hasChromium())(
  'how the page of a report looks, and what it cannot be made to show, in Chromium',
  () => {
    let pages: ReportBrowser;
    let report: Report;
    beforeAll(async () => {
      pages = await ReportBrowser.start();
      ({ report } = pages);
    });
    afterAll(() => pages?.close());

    test('is dark where the system is, and the switch changes that and charts with it', async () => {
      const { page } = await pages.open({ colorScheme: 'dark' });
      const background = (): Promise<string> =>
        page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
      const dark = await background();
      const picture = (): Promise<string> =>
        page.locator('#error-plot canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
      const before = await picture();
      await page.getByRole('radio', { name: 'Light' }).check();
      expect(await background()).not.toBe(dark);
      expect(await picture()).not.toBe(before);
      await page.reload();
      expect(await page.getByRole('radio', { name: 'Light' }).isChecked()).toBe(true);
      expect(await background()).not.toBe(dark);
      await page.getByRole('radio', { name: 'System' }).check();
      expect(await background()).toBe(dark);
    });

    test('fits a phone: nothing makes the page scroll sideways', async () => {
      const { page } = await pages.open({ viewport: PHONE });
      const sideways = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth);
      expect(await sideways()).toBe(PHONE.width);
      await opener(page, pages.worst).click();
      await page.locator('.pick input').first().check();
      expect(await sideways()).toBe(PHONE.width);
      // Columns that have no room here can still be sorted by.
      await page.getByRole('combobox', { name: 'Sort by' }).selectOption('overflow');
      expect(await rowIds(page)).toEqual(sorted(report.layers, 'overflow', 'descending'));
      // Neither does the table itself where it has room.
      for (const width of [1024, 1280, 1300, 1366, 1920]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await sideways(), `${width} pixels`).toBe(width);
      }
    });

    test.each([
      ['light', undefined],
      ['dark', undefined],
      ['light', PHONE],
      ['dark', PHONE],
    ] as const)('has nothing that axe finds, in %s, %j', async (colorScheme, viewport) => {
      const { page } = await pages.open({ colorScheme, ...(viewport && { viewport }) }, searched(report));
      await page.getByRole('slider', { name: 'Trial in the chart' }).press('End');
      await opener(page, pages.worst).click();
      await page.locator('.pick input').nth(1).check();
      for (const summary of await page.locator('summary:visible').all()) await turn(summary);
      // The policy forbids the page to load it; what a test evaluates is not the page.
      await page.evaluate(readFileSync(AXE, 'utf8'));
      const violations = await page.evaluate(async () => {
        const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
        const results = await axe.run(document, { resultTypes: ['violations'] });
        return results.violations.map(
          ({ id, nodes }) => `${id}: ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`,
        );
      });
      expect(violations).toEqual([]);
    });

    test('exchanges red and blue in the pictures, without its script as well', async () => {
      const { page, messages } = await pages.open({ javaScriptEnabled: false });
      const picture = page.locator('#sample-0 img');
      const colour = async (): Promise<number[]> => {
        // The sky, above the sun's height.
        const png = await picture.screenshot();
        const { width, height } = await sharp(png).metadata();
        const corner = { left: width >> 2, top: Math.round(height * 0.1), width: 1, height: 1 };
        return [...(await sharp(png).removeAlpha().extract(corner).raw().toBuffer())];
      };
      const [red, green, blue] = await colour();
      expect(blue).toBeGreaterThan(red + 40);
      await page.getByLabel('Exchange red and blue').check();
      expect(await colour()).toEqual([blue, green, red]);
      expect(messages).toEqual([]);
    });

    test('can be read without its script', async () => {
      const { page } = await pages.open({ javaScriptEnabled: false });
      expect(await rowIds(page)).toEqual(sorted(report.layers, WORST, 'ascending'));
      const [text] = await page.locator('main').allInnerTexts();
      for (const { text: finding } of report.summary.findings) expect(text).toContain(finding);
      expect(await page.locator('button:visible, input:visible:not(#exchange), .chart:visible').count()).toBe(
        0,
      );
    });

    test('takes nothing in a name for markup or code, and steers no text with it', async () => {
      const evil = await exampleReport(8);
      Object.assign(evil, exampleCorrections(evil), { auto: exampleAuto(evil, { trials: 9 }) });
      for (const layer of evil.layers)
        Object.assign(layer, {
          op: layer.op + EVIL,
          tensorName: EVIL,
          type: layer.type === 'Input' ? 'Input' : EVIL,
          reason: EVIL,
        });
      for (const layer of evil.layers) layer.accumulated.worst.name = EVIL;
      for (const weights of evil.weights) Object.assign(weights, { op: weights.op + EVIL });
      evil.summary.findings = [{ level: 'problem', text: EVIL, advice: EVIL, op: evil.layers[3].op }];
      evil.summary.float = [{ reason: EVIL, ops: [{ op: EVIL, type: EVIL }] }];
      evil.summary.warnings = [EVIL];
      evil.outputs[0].name = EVIL;
      evil.samples.skipped = [{ name: EVIL, reason: EVIL }];
      for (const sample of evil.samples.list) {
        sample.name = EVIL;
        sample.inputs[0].name = EVIL;
      }
      const { auto, corrections, rounding } = evil;
      for (const one of auto!.trials) {
        Object.assign(one.settings, { feature_quantize_method: EVIL, [EVIL]: EVIL });
        one.freed = [EVIL];
        one.outputs = [
          { name: EVIL, cosine: 0.9 },
          { name: EVIL, cosine: 1 },
        ];
      }
      Object.assign(auto!, { labels: EVIL, judged: { folder: EVIL, samples: 1, own: true } });
      for (const one of [
        ...auto!.sensitivity,
        ...corrections!.equalize!.layers,
        ...corrections!.biasCorrection!.layers,
        ...rounding!.layers,
      ])
        one.op = EVIL;
      evil.source.file = EVIL;
      evil.reproduce.command = EVIL;
      evil.reproduce.device = EVIL;
      evil.reproduce.versions = { [EVIL]: EVIL };
      evil.reproduce.config = { path: EVIL };
      evil.timings = [{ phase: EVIL, seconds: 1 }];
      const { page, messages, requests } = await pages.open(
        { permissions: ['clipboard-read', 'clipboard-write'] },
        evil,
      );
      await opener(page, 3).click();
      await page.locator('#layer-3 .pick input').check();
      expect(await page.title()).toBe('mobilenet_v2-int8.mnn – quantization report');
      expect(await page.locator('script').count()).toBe(2);
      expect(await page.locator('img').count()).toBe(8);
      expect(messages).toEqual([]);
      expect(requests).toEqual([]);
      const [seen] = await page.locator('body').allInnerTexts();
      expect(seen).not.toMatch(/[\p{Zl}\p{Zp}]|[^\P{C}\n\t]/u);
      // The config has the name as it is.
      await page.getByRole('button', { name: 'Copy the changed config' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      expect(JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))).toEqual({
        path: EVIL,
        skip_quant_op_names: [evil.layers[3].op],
      });
    });

    test('shows a report with nothing in it', async () => {
      const empty: Report = {
        ...report,
        layers: [],
        outputs: [],
        histograms: [],
        weights: [],
        samples: { used: 0, skipped: [], list: [] },
      };
      const { page, messages } = await pages.open({}, empty);
      expect(await page.locator('#shown').textContent()).toBe('0 layers');
      expect(messages).toEqual([]);
    });

    test('shows what is constant, empty or no number', async () => {
      const odd = await exampleReport(8);
      const none = { cosine: null, snr: null, maxError: null, worst: { sample: 0, name: 'a', cosine: null } };
      Object.assign(odd.layers[1], { accumulated: none, isolated: none, overflow: null, clipped: null });
      Object.assign(odd.histograms[1], { min: 2, max: 2, lowest: 2, highest: 2, counts: [7], deviation: 0 });
      Object.assign(odd.histograms[2], { min: 0, max: 0, counts: [0, 0], notFinite: 12 });
      const [zeros, broken] = odd.weights;
      Object.assign(zeros, { min: [0, 0], max: [0, 0], scale: [0, 0], snr: [null, null] });
      Object.assign(broken, { min: [null, -1], max: [null, 1], scale: undefined, snr: undefined });
      const { page, messages } = await pages.open({}, odd);
      expect((await rowIds(page))[0]).toBe(1);
      for (const layer of [1, 2]) await opener(page, layer).click();
      const [first, second] = await page.locator('tr.details').allTextContents();
      expect(first).toContain('From 2 to 2');
      expect(first).toContain('2 channels have only zeros');
      expect(first).toContain('Rounding changes no weight');
      expect(second).toContain('12 values are NaN or infinite');
      expect(second).toContain('1 channel has weights that are not finite');
      for (const count of await painted(page, '#details-1')) expect(count).toBeGreaterThan(200);
      expect(messages).toEqual([]);
    });
  },
);
