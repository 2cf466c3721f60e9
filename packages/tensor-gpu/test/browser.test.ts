import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasChromium } from './support/available.ts';
import { TestPage } from './support/chromium.ts';
import { TOLERANCE } from './support/tolerance.ts';

describe.skipIf(!hasChromium())('in Chromium', () => {
  let page: TestPage;
  beforeAll(async () => {
    page = await TestPage.open();
  });
  afterAll(() => page?.close());

  test.each(['webgl2', 'webgpu'] as const)('%s: every case of every op that has a kernel', async (mode) => {
    const { name } = await page.run('describe', mode);
    expect(name).toBe(`gpu:${mode}`);
    const outcomes = await page.run('conformance', mode);
    const ran = outcomes.filter(({ hasKernel }) => hasKernel);
    expect(ran.length).toBeGreaterThan(500);
    const wrong = ran.filter(
      ({ exactWhereNeeded, relativeError = Number.NaN }) => !exactWhereNeeded || !(relativeError < TOLERANCE),
    );
    expect(wrong).toEqual([]);
  });

  test('webgl2: what is on the device stays the same over 1000 samples', async () => {
    const [first, ...others] = await page.run('glObjects', 504);
    expect(first.objects.Texture).toBeGreaterThan(5);
    for (const round of others) expect(round).toEqual(first);
  });
});
