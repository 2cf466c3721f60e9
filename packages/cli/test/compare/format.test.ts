import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { missedBounds } from '../../src/commands/compare/bounds.ts';
import { formatComparison } from '../../src/commands/compare/format.ts';
import type { ComparedOutput, Comparison } from '../../src/commands/compare/report.ts';
import { textTable } from '../../src/text-table.ts';
import { hangingLines, wrappedLines } from '../../src/wrapped-lines.ts';

function output(change: Partial<ComparedOutput> = {}): ComparedOutput {
  return {
    name: 'prob',
    shape: [1, 10],
    samples: 20,
    equal: false,
    cosine: 0.987659,
    worst: { sample: 3, name: 'a.jpg', cosine: 0.91 },
    snr: 17.26,
    maxError: { sample: 2, name: 'b.jpg', value: 0.123456 },
    notFinite: { a: 0, b: 0 },
    agreement: { top1: 0.95, top5: 1, ties: { a: 0, b: 0 } },
    classScores: '10 scores behind a Softmax',
    ...change,
  };
}

const boxes = output({
  name: 'boxes',
  cosine: null,
  snr: null,
  maxError: { sample: 0, name: 'c.jpg', value: null },
  worst: { sample: 0, name: 'c.jpg', cosine: null },
  notFinite: { a: 0, b: 4 },
  agreement: undefined,
  classScores: 'it is more than one row of scores [1,9,4]',
});

function comparison(outputs: readonly ComparedOutput[], change: Partial<Comparison> = {}): Comparison {
  const model = {
    bytes: 1_110_000,
    sha256: '',
    precision: 'float' as const,
    convolutions: { int8: 0, total: 9 },
  };
  return {
    version: 1,
    tool: 'mnnquant',
    a: { ...model, file: 'a.mnn' },
    b: { ...model, file: 'b.mnn', precision: 'int8', bytes: 300_000, convolutions: { int8: 8, total: 9 } },
    samples: { folder: 'test', count: 20, skipped: [{ name: 'x.txt', reason: '' }] },
    outputs,
    missed: [],
    warnings: [],
    device: 'WebAssembly',
    seconds: 1.23,
    ...change,
  };
}

describe('formatComparison', () => {
  it('shows no negative nothing', () => {
    const lines = formatComparison(comparison([output({ snr: -0.01 })])).split('\n');
    expect(lines.some((line) => line.includes(' 0.0 dB'))).toBe(true);
    expect(lines.join()).not.toContain('-0.0');
  });

  it('has whole lines in a pipe, rounded towards the worse', () => {
    expect(formatComparison(comparison([boxes, output()])).split('\n')).toEqual([
      'First       a.mnn, float, 1.11 MB',
      'Second      b.mnn, int8 (8 of 9 convolutions), 300.0 kB',
      'Samples     20 of test, 1 skipped',
      'Time        1.2 s on WebAssembly',
      '',
      'Outputs of the second model against the first; cosine is the mean over samples',
      '   cosine      SNR  max error    top-1     top-5  output    worst  sample',
      '      NaN      NaN        NaN        –         –  boxes       NaN  c.jpg',
      '  0.98765  17.3 dB      0.123  95.00 %  100.00 %  prob    0.91000  a.jpg',
      'top-1: share of samples with the same best class; top-5: with the first model’s best among the second’s five',
      '  prob: 10 scores behind a Softmax',
      '  not for boxes: it is more than one row of scores [1,9,4]',
      '  boxes: NaN or infinite values in 0 samples of the first model, 4 of the second',
    ]);
  });

  it('leaves out what no output has, and calls equal what is', () => {
    const equal = output({
      equal: true,
      cosine: 1,
      snr: null,
      agreement: undefined,
      maxError: { sample: 0, name: 'a', value: 0 },
    });
    const text = formatComparison(comparison([equal]));
    expect(text).toMatch(/^ +cosine +SNR +max error +output +worst +sample$/m);
    expect(text).toMatch(/^ +1\.00000 +equal +0 +prob /m);
  });

  it('fits a terminal: names are shortened, lines broken between words', () => {
    const long = output({
      name: `${'block/'.repeat(12)}prob`,
      worst: { sample: 0, name: `${'x'.repeat(60)}.jpg`, cosine: 0.5 },
    });
    const accuracy = {
      file: 'labels.csv',
      output: 'prob',
      offset: 1,
      samples: 19,
      missing: ['q.jpg'],
      unused: 2,
      a: { top1: 0.8, top5: 1 },
      b: { top1: 0.75, top5: 1 },
    };
    for (const width of [80, 100, 200])
      for (const line of formatComparison(comparison([long, boxes], { accuracy }), width).split('\n'))
        expect(stringWidth(line)).toBeLessThanOrEqual(width);
    const text = formatComparison(comparison([long], { accuracy }), 80);
    expect(text).toMatch(/^ +change +-5\.00 +0\.00$/m);
    expect(text).toContain('on 19 samples with a label in labels.csv, label + 1');
    expect(text).toContain('  1 samples without a label: q.jpg');
  });
});

describe('missedBounds', () => {
  const accuracy = (a: number, b: number) => ({ a: { top1: a }, b: { top1: b } }) as never;

  it('holds at the bound, and says what misses it', () => {
    expect(missedBounds({ minCosine: 0.987659, minTop1Agreement: 0.95 }, [output()], undefined)).toEqual([]);
    expect(missedBounds({ minCosine: 0.99, minTop1Agreement: 0.96 }, [output()], undefined)).toEqual([
      '--min-cosine: prob: expected at least 0.99, got 0.98765',
      '--min-top1-agreement: prob: expected at least 96.00 %, got 95.00 %',
    ]);
  });

  it('is missed by what is not a number, however low the bound', () => {
    expect(missedBounds({ minCosine: -1 }, [boxes], undefined)).toEqual([
      '--min-cosine: boxes: expected at least -1, got NaN',
    ]);
  });

  it('takes the drop in points', () => {
    expect(missedBounds({ maxDrop: 1 }, [], accuracy(0.8, 0.79))).toEqual([]);
    expect(missedBounds({ maxDrop: 1 }, [], accuracy(0.8, 0.78))).toEqual([
      '--max-drop: top-1 accuracy: expected a drop of at most 1 points, got 2.00',
    ]);
    expect(missedBounds({ maxDrop: 0 }, [], accuracy(0.8, 0.9))).toEqual([]);
  });
});

describe('lines', () => {
  it('are broken between words, and not at all where there is no room', () => {
    expect(wrappedLines('one two three four five', 20)).toEqual(['one two three four', 'five']);
    expect(wrappedLines('one two', 5)).toEqual(['one two']);
    expect(wrappedLines('', 30)).toEqual(['']);
    expect(hangingLines('label  ', 'one two three four five six', 30)).toEqual([
      'label  one two three four five',
      '       six',
    ]);
  });

  it('of a table: the widest name gives first', () => {
    const columns = [
      { title: 'n', right: true },
      { title: 'a', name: true },
      { title: 'b', name: true },
    ];
    const rows = [['1', 'short', 'x'.repeat(40)]];
    const [titles, row] = textTable(columns, rows, 30);
    expect(titles).toBe('  n  a      b');
    expect(row).toMatch(/^ {2}1 {2}short {2}x{8,9}…x{8,9}$/);
    expect(row).toHaveLength(30);
    expect(textTable(columns, [['1', '\u001b[2J', '']])[1]).toBe('  1  \\u001b[2J');
  });
});
