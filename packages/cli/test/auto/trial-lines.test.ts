import { PassThrough } from 'node:stream';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { AutoTrial } from '../../src/auto/outcome.ts';
import { trialHeader, trialLines } from '../../src/auto/trial-lines.ts';
import { SearchDisplay } from '../../src/commands/auto/display.ts';
import { fittingNames } from '../../src/terminal-text.ts';

const SETTINGS = {
  feature_quantize_method: 'PERCENTILE',
  feature_asymmetric: true,
  weight_quantize_method: 'GPTQ',
  equalize: true,
  bias_correction: true,
} as const;

function trial(change: Partial<AutoTrial> = {}): AutoTrial {
  return {
    settings: SETTINGS,
    freed: [],
    multiplyAdds: { int8: 1000, total: 1000 },
    outputs: [],
    error: 0.0031,
    typical: 0.0012,
    samples: 8,
    chosen: false,
    ...change,
  };
}

const OPS = [
  '/layer1/conv1/Conv_output_0',
  '/layer1/conv2/Conv_output_0',
  'fc',
  '/layer2/conv1/Conv_output_0',
];
const freed = trial({ freed: OPS, multiplyAdds: { int8: 349, total: 1000 } });

describe('a trial on a terminal', () => {
  it('has all of its settings, on as many lines as they take', () => {
    const [wide, ...more] = trialLines(trial(), { number: 7, width: 120 });
    expect(more).toEqual([]);
    expect(wide).toBe(
      '   7  0.99690  0.99880  100.0 %  PERCENTILE, asymmetric, weights GPTQ, equalized, biases corrected',
    );
    expect(trialLines(trial(), { number: 7, width: 80 })).toEqual([
      '   7  0.99690  0.99880  100.0 %  PERCENTILE, asymmetric, weights GPTQ,',
      '                                 equalized, biases corrected',
    ]);
    // A file is not broken into lines.
    expect(trialLines(trial(), { number: 7 })).toEqual([wide]);
  });

  it('names ops in float as far as they fit, and says how many more there are', () => {
    const texts = [50, 58, 66, 80, 110, 120, 160].map((width) => {
      const [line, ...more] = trialLines(freed, { number: 12, above: [trial()], width });
      expect(more).toEqual([]);
      if (width > 50) expect(stringWidth(line!)).toBeLessThanOrEqual(width);
      return line!.replace('  12  0.99690  0.99880   34.9 %  as 1 + ', '');
    });
    expect(texts).toEqual([
      '4 ops',
      '4 ops',
      '/layer1…utput_0 and 3 more',
      '/layer1/conv1/Conv_output_0 and 3 more',
      '/layer1/conv1/Conv_output_0, /layer1/conv2/Conv_output_0 and 2 more',
      '/layer1/conv1/Conv_output_0, /layer1/conv2/Conv_output_0, fc and 1 more',
      '/layer1/conv1/Conv_output_0, /layer1/conv2/Conv_output_0, fc, /layer2/conv1/Conv_output_0',
    ]);
  });

  it('names what differs from the trial above that has the same settings and most of the same ops', () => {
    const other = { ...SETTINGS, equalize: false };
    const above = [trial(), trial({ settings: other, freed: ['a', 'b', 'c'] })];
    const freeing = [
      ['a'],
      ['a', 'b', 'c', 'd'],
      ['a', 'b'],
      ['a', 'b', 'c'],
      ['b', 'c'],
      ['x', 'y'],
      ['b'],
      ['b'],
    ];
    const texts = freeing.map((ops) => {
      const one = trial({ freed: ops });
      const [line] = trialLines(one, { number: above.length + 1, above });
      above.push(one);
      return line!.slice(line!.indexOf('%') + 3);
    });
    expect(texts).toEqual([
      'as 1 + a',
      'as 3 + b, c, d',
      'as 3 + b',
      // By one op from both that stand above: the last of them.
      'as 5 + c',
      'as 6 − a',
      'as 1 + x, y',
      'as 7 − c',
      'as 9',
    ]);
  });

  it('names four ops in a file, and its settings where no trial has them', () => {
    const many = trial({ freed: ['a', 'b', 'c', 'd', 'e', 'f'] });
    expect(trialLines(many, { number: 2, above: [trial()] })[0]).toMatch(/ as 1 \+ a, b, c, d and 2 more$/);
    expect(trialLines(many, { number: 1 })[0]).toMatch(
      / PERCENTILE, .* biases corrected \+ a, b, c, d and 2 more$/,
    );
  });

  it('has a column for labels where there are some, under its title', () => {
    const labelled = trial({ top1: 0.7667, error: null, typical: null });
    const [line] = trialLines(labelled, { number: 1 });
    expect(line).toMatch(/^ {3}1 {2}NaN {6}NaN {6}100\.0 % {3}76\.67 % {2}PERCENTILE/);
    for (const one of [labelled, trial()])
      expect(trialHeader(one).indexOf('settings')).toBe(trialLines(one, { number: 1 })[0]!.indexOf('PERC'));
  });

  it('lets no name steer the terminal', () => {
    const [line] = trialLines(trial({ freed: ['a\u001b[2J\nb'] }), { number: 1, width: 200 });
    expect(line).toContain(' + a\\u001b[2J\\nb');
  });
});

describe('names that fit', () => {
  it('are whole but for a first one that is too long', () => {
    expect(fittingNames(['ab', 'cd'], 6)).toBe('ab, cd');
    expect(fittingNames(['abcdefgh', 'abcdefghijkl'], 19)).toBe('abcdefgh and 1 more');
    expect(fittingNames(['abcdefghijkl', 'abcdefgh'], 19)).toBe('abcd…jkl and 1 more');
    expect(fittingNames(['abcdefghijkl', 'abcdefgh'], 18)).toBe('');
    expect(fittingNames([], 80)).toBe('');
    // Two columns each.
    expect(fittingNames(['層層', '層'], 8)).toBe('層層, 層');
    expect(fittingNames(['層層層層層', '層層層層層'], 19)).toBe('層層…層 and 1 more');
  });
});

it('a search is shown at the width that the terminal has then', () => {
  const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80 });
  const display = new SearchDisplay(stream as never, { silent: false });
  for (const one of [trial(), trial({ samples: 40 }), freed]) display.onTrial(one);
  stream.columns = 200;
  display.onTrial({ ...freed, freed: [...OPS, ...OPS.map((op) => `${op}/next`)] });
  display.stop();
  const lines = String(stream.read()).trimEnd().split('\n');
  expect(lines[0]).toBe('   #  cosine   typical  in int8  settings ± ops in float');
  expect(lines.at(-2)).toBe('   3  0.99690  0.99880   34.9 %  as 2 + /layer1/conv1/Conv_output_0 and 3 more');
  expect(stringWidth(lines.at(-2)!)).toBeLessThanOrEqual(80);
  const names = OPS.map((op) => `${op}/next`);
  expect(lines.at(-1)).toBe(`   4  0.99690  0.99880   34.9 %  as 3 + ${names.join(', ')}`);
});
