import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { rangesInWords, snrsInWords } from '../src/report/html/channels.ts';
import { COLUMNS, sorted } from '../src/report/html/columns.ts';
import { renderReport } from '../src/report/html/index.ts';
import { html, scriptJson } from '../src/report/html/markup.ts';
import { beyondClip } from '../src/report/html/shares.ts';
import {
  cosineText,
  large,
  percent,
  shareText,
  snrText,
  valueText,
  visibleJson,
} from '../src/report/html/text.ts';
import { verdictOf } from '../src/report/html/verdict.ts';
import { changedConfig, floatMultiplyAdds } from '../src/report/html/what-if.ts';
import type { Report, ReportError, ReportLayer } from '../src/report/schema.ts';
import { exampleReport } from './report-example.ts';

/** Of the page without what is measured, in bytes. */
const LARGEST_FRAME = 150_000;

function error(cosine: number | null, snr: number | null = 30, maxError: number | null = 1): ReportError {
  return { cosine, snr, maxError, worst: { sample: 0, name: 'a.png', cosine } };
}

function layer(op: string, change: Partial<ReportLayer> = {}): ReportLayer {
  return {
    op,
    type: 'Convolution',
    tensor: 0,
    tensorName: op,
    order: 0,
    int8: true,
    output: false,
    multiplyAdds: 0,
    samples: 1,
    accumulated: error(0.99),
    ...change,
  };
}

/** A report without layers, samples or numbers. */
async function emptyReport(): Promise<Report> {
  const report = await exampleReport(8);
  return {
    ...report,
    layers: [],
    histograms: [],
    weights: [],
    outputs: [],
    samples: { used: 0, skipped: [], list: [] },
    timings: [],
    summary: {
      ...report.summary,
      convolutions: { int8: 0, total: 0 },
      multiplyAdds: { int8: 0, total: 0 },
      float: [],
      findings: [],
      warnings: [],
    },
  };
}

describe('texts of a report', () => {
  it('rounds cosines down: only what is equal is 1', () => {
    expect([1, 0.999999, 0, -0.5, null, undefined].map(cosineText)).toEqual([
      '1.00000',
      '0.99999',
      '0.00000',
      '-0.50000',
      'NaN',
      '–',
    ]);
  });

  it('tells an SNR without noise from one that is no number', () => {
    expect(snrText(error(1, null, 0))).toBe('∞');
    expect(snrText(error(null, null, null))).toBe('none');
    expect(snrText(error(0.5, -3.21))).toBe('−3.2');
    expect(snrText(error(0.5, -0.01))).toBe('0.0');
    expect(snrText(undefined)).toBe('–');
  });

  it('never shows a share that is not 0 as 0, nor one that is not all as all', () => {
    expect([0, 1e-7, 0.0123, 0.999999, 1, null, undefined].map(shareText)).toEqual([
      '0.00 %',
      '<0.01 %',
      '1.23 %',
      '>99.99 %',
      '100.00 %',
      'NaN',
      '–',
    ]);
    expect([
      percent(0, 0),
      percent(0, 5),
      percent(1, 1e6),
      percent(1, 3),
      percent(999_999, 1e6),
      percent(2, 2),
    ]).toEqual(['0 %', '0 %', '<0.1 %', '33.3 %', '>99.9 %', '100 %']);
  });

  it('shows four digits that count', () => {
    expect([0, 1.23456, -0.00012346, 1.5e-9, -2.5e12, null].map(valueText)).toEqual([
      '0',
      '1.235',
      '−0.0001235',
      '1.50e−9',
      '−2.50e12',
      'NaN',
    ]);
    expect([0, 999, 1000, 12_345_678, 4.2e9].map(large)).toEqual(['0', '999', '1.00 k', '12.3 M', '4.20 G']);
  });

  it('writes JSON with lists of numbers in a line, and what is not seen as escapes of the same meaning', () => {
    const value = { mean: [1, -2.5e-7], none: [], names: ['a\u202eb', '[\n  1\n]', '\u{e0001}'] };
    const text = visibleJson(value);
    expect(text).toContain('"mean": [1, -2.5e-7]');
    expect(text).toContain('a\\u202eb');
    expect(text).not.toMatch(/[^\P{C}\n]/u);
    expect(JSON.parse(text)).toEqual(value);
  });
});

describe('markup', () => {
  it('escapes what is put in, but not other markup', () => {
    const evil = `<b a="1" b='2'>&`;
    expect(html`<p title="${evil}">${[html`<i>${evil}</i>`, false, undefined, 0]}</p>`.text).toBe(
      '<p title="&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;"><i>&lt;b a=&quot;1&quot; b=&#39;2&#39;&gt;&amp;</i>0</p>',
    );
  });

  it('embeds data so that no text of it ends the script', () => {
    const data = { name: '</script><!--<script>&\u2028', quotes: `"'` };
    const { text } = scriptJson(data);
    expect(text).not.toMatch(/[<>&\u2028]/);
    expect(JSON.parse(text)).toEqual(data);
  });
});

describe('order of layers', () => {
  const layers = [
    layer('conv10', { isolated: error(0.9, 20), order: 0 }),
    layer('conv9', { isolated: error(null, null, null), order: 1 }),
    layer('float', { int8: false, accumulated: error(0.1), order: 2 }),
    layer('exact', { isolated: error(1, null, 0), clipped: 0.2, order: 3 }),
    layer('first of equals', { isolated: error(0.9, 20), accumulated: error(0.5), clipped: null, order: 4 }),
  ];
  const names = (key: string, direction: 'ascending' | 'descending') =>
    sorted(layers, key, direction).map((i) => layers[i].op);

  it('has NaN first, then the lowest; layers without a number last in both directions', () => {
    expect(names('isolated-cosine', 'ascending')).toEqual([
      'conv9',
      'first of equals',
      'conv10',
      'exact',
      'float',
    ]);
    expect(names('isolated-cosine', 'descending')).toEqual([
      'exact',
      'first of equals',
      'conv10',
      'conv9',
      'float',
    ]);
    expect(names('isolated-snr', 'descending')[0]).toBe('exact');
    expect(names('clipped', 'descending').slice(0, 2)).toEqual(['first of equals', 'exact']);
  });

  it('counts numbers in names', () => {
    expect(names('op', 'ascending').slice(0, 2)).toEqual(['conv9', 'conv10']);
  });

  it('is there for every column', () => {
    for (const { key } of COLUMNS)
      expect([...sorted(layers, key, 'descending')].sort()).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('what a chart shows, in words', () => {
  it('names the lowest, but not what is no number', async () => {
    const snrs: (number | null)[] = [40, 39, 20, null, 22, 30];
    const layers = snrs.map((snr, i) =>
      layer(`op${i}`, { accumulated: error(0.9, snr, snr), isolated: error(0.9, 60 - i) }),
    );
    const page = renderReport({ ...(await exampleReport(8)), layers });
    const text = page.replaceAll(/<[^>]*>/g, '');
    expect(text).toContain(
      'Lowest isolated: op5 55.0 dB, op4 56.0 dB, op3 57.0 dB. Lowest accumulated: op2 20.0 dB.',
    );
  });

  it('counts bins beyond the range, in part where an end lies inside', () => {
    const histogram = {
      tensor: 0,
      min: -2,
      max: 2,
      counts: [10, 20, 30, 40],
      mean: 0,
      deviation: 1,
      notFinite: 0,
    };
    const { below, above } = beyondClip(histogram, { low: -1.5, high: 1 });
    expect(below).toBeCloseTo(0.05, 12);
    expect(above).toBeCloseTo(0.4, 12);
    expect(beyondClip({ ...histogram, counts: [0, 0] }, { low: 0, high: 0 })).toEqual({ below: 0, above: 0 });
    expect(beyondClip({ ...histogram, min: 3, max: 3 }, { low: -1, high: 1 })).toEqual({
      below: 0,
      above: 1,
    });
  });

  it('tells channels of zeros and of what is not finite from small ones', () => {
    const text = rangesInWords({ min: [-1, 0, null, 0], max: [0.5, 0, 1, 0.01] });
    expect(text).toContain('Largest weight 1 in channel 0, of the smallest channel (3) 0.01: 100 times less');
    expect(text).toContain('1 channel has only zeros');
    expect(text).toContain('1 channel has weights that are not finite');
    expect(snrsInWords([null, null])).toBe('Rounding changes no weight.');
    expect(snrsInWords([30, null, 12, 40])).toMatch(
      /12\.0 dB in the worst channel \(2\), 30\.0 dB in the middle/,
    );
  });
});

describe('the verdict', () => {
  it.each([
    [0.9995, 'good'],
    [0.995, 'note'],
    [0.96, 'warning'],
    [0.5, 'problem'],
    [null, 'problem'],
  ] as const)('of an output with cosine %s is %s', async (cosine, level) => {
    const report = await exampleReport(8);
    const outputs = [
      { name: 'fine', shape: [1, 4], error: error(0.99999) },
      { name: 'worst', shape: [1, 4], error: error(cosine) },
    ];
    const verdict = verdictOf({ ...report, outputs });
    expect(verdict.level).toBe(level);
    expect(verdict.text).toContain('worst');
  });

  it('says where nothing was quantized', async () => {
    const report = await exampleReport(8);
    report.summary.convolutions = { int8: 0, total: 5 };
    expect(verdictOf(report)).toMatchObject({ level: 'problem', title: 'Nothing was quantized' });
  });
});

describe('what it would cost to leave layers in float', () => {
  it('adds to the entries of the config, each once', () => {
    const config = { path: 'p', skip_quant_op_names: ['type:Softmax', 'a'], debug: true };
    expect(changedConfig(config, ['a', 'b'])).toEqual({
      path: 'p',
      skip_quant_op_names: ['type:Softmax', 'a', 'b'],
      debug: true,
    });
    expect(changedConfig(config, ['b'], ['path'])).toEqual({
      path: 'p',
      skip_quant_op_names: ['type:Softmax', 'a', 'b'],
    });
    expect(changedConfig({}, ['b'])).toEqual({ skip_quant_op_names: ['b'] });
    expect(config.skip_quant_op_names).toEqual(['type:Softmax', 'a']);
  });

  it('counts an op with several tensors once', () => {
    const layers = [
      layer('a', { multiplyAdds: 30 }),
      layer('a', { multiplyAdds: 30 }),
      layer('b', { multiplyAdds: 5 }),
    ];
    expect(floatMultiplyAdds(layers, { int8: 80, total: 100 }, new Set(['a']))).toEqual({
      before: 20,
      after: 50,
      total: 100,
    });
  });
});

describe('the page', () => {
  it('is the same for the same report, and its policy has the hashes of what is in it', async () => {
    const page = renderReport(await exampleReport(12));
    expect(renderReport(await exampleReport(12))).toBe(page);
    const hashed = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page)!;
    const [, style] = /<style>([\s\S]*?)<\/style>/.exec(page)!;
    const [, script] = /<script>([\s\S]*?)<\/script>/.exec(page)!;
    const decoded = policy.replaceAll('&#39;', "'");
    expect(decoded).toBe(
      `default-src 'none'; script-src ${hashed(script)}; style-src ${hashed(style)}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
  });

  it('is small without data, and names the license of what is inside', async () => {
    const page = renderReport(await emptyReport());
    expect(Buffer.byteLength(page)).toBeLessThan(LARGEST_FRAME);
    expect(page).toContain('No output was compared');
    expect(page).toMatch(/uplot \d[\d.]* \(MIT\)[\s\S]*Permission is hereby granted/);
  });

  it('names nothing that a browser would fetch', async () => {
    const page = renderReport(await exampleReport(12));
    expect(page).not.toMatch(
      /<link|<iframe|@import|url\(\s*["']?(?:https?:)?\/\/|src="(?!data:image\/png;base64,)/i,
    );
  });

  it('has all layers in its HTML, the worst first', async () => {
    const report = await exampleReport(40);
    const page = renderReport(report);
    const rows = [...page.matchAll(/<tr id="layer-(\d+)"/g)].map(([, i]) => Number(i));
    expect(rows).toEqual(sorted(report.layers, 'isolated-cosine', 'ascending'));
  });

  it('shows pictures while there is room, and has all samples', async () => {
    const report = await exampleReport(8);
    const [{ inputs }] = report.samples.list;
    const png = `data:image/png;base64,${'A'.repeat(300_000)}`;
    report.samples.list = Array.from({ length: 12 }, (_, i) => ({
      name: `photo-${i}.png`,
      inputs: [{ ...inputs[0], preview: { width: 4, height: 4, png } }],
    }));
    const page = renderReport(report);
    expect(page.match(/<img/g)).toHaveLength(3);
    for (let i = 0; i < 12; i++) expect(page).toContain(`id="sample-${i}"`);
    expect(page).toContain('The other 9, in numbers');
  });

  it('shows no picture that is not a PNG in base64', async () => {
    const report = await exampleReport(8);
    for (const { inputs } of report.samples.list)
      for (const { preview } of inputs)
        if (preview) preview.png = 'data:image/svg+xml,<svg onload="alert(1)">';
    expect(renderReport(report)).not.toContain('<img');
  });
});
