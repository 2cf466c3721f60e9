import { describe, expect, it } from 'vitest';
import { type DebugLayer, type DebugReport, debugJson, debugReport } from '../src/debug-report.ts';
import { formatDebugTable } from '../src/debug-table.ts';

function layer(change: Partial<DebugLayer> = {}): DebugLayer {
  return {
    op: 'conv1',
    type: 'Convolution',
    tensor: 1,
    tensorName: 'conv1',
    int8: true,
    output: false,
    samples: 3,
    cosine: 0.998765,
    snr: 26.1,
    maxError: 0.4,
    worst: { sample: 2, cosine: 0.9 },
    overflow: 0.0123,
    clipped: 0.00001,
    ...change,
  };
}

function reportOf(layers: readonly DebugLayer[]): DebugReport {
  return { version: 1, tool: 'mnnquant', model: { file: 'a.mnn', sha256: '' }, samples: 3, layers };
}

const softmax = layer({
  op: 'prob',
  type: 'Softmax',
  tensorName: 'prob_0',
  int8: false,
  output: true,
  cosine: 0.9999999,
  overflow: undefined,
  clipped: undefined,
});

describe('formatDebugTable', () => {
  it('aligns its columns, and rounds towards the worse', () => {
    const text = formatDebugTable(reportOf([layer(), softmax]), { target: 'a.mnn' });
    expect(text.split('\n')).toEqual([
      'Layers, worst first: cosine similarity to float (1 is equal), mean of 3 samples',
      '   cosine  overflow  clipped  runs in  type         op',
      '  0.99876    1.23 %  <0.01 %  int8     Convolution  conv1',
      '  0.99999         –        –  float    Softmax      prob (output)',
      'The same in a.mnn.debug.json',
    ]);
  });

  it('shows the tensor where an op has several, NaN as such, and equality as 1', () => {
    const slices = ['left', 'right'].map((tensorName, i) =>
      layer({ op: 'slice', tensorName, cosine: i === 0 ? Number.NaN : 1 }),
    );
    const text = formatDebugTable(reportOf(slices), { target: 'a.mnn' });
    expect(text).toMatch(/ NaN .* slice → left$/m);
    expect(text).toMatch(/ 1\.00000 .* slice → right$/m);
  });

  it('shows the worst 20 on a terminal and all elsewhere', () => {
    const many = reportOf(Array.from({ length: 30 }, (_, i) => layer({ op: `conv${i}` })));
    const terminal = formatDebugTable(many, { target: 'a.mnn', columns: 100 });
    expect(terminal).toContain('conv19');
    expect(terminal).not.toContain('conv20');
    expect(terminal.endsWith('10 more, all of them in a.mnn.debug.json')).toBe(true);
    expect(formatDebugTable(many, { target: 'a.mnn' })).toContain('conv29');
  });

  it('gives up the types before it shortens names, and keeps both ends of a name', () => {
    const op = `/features/block17/${'expand'.repeat(4)}/Conv_output_0`;
    const at = (columns: number) =>
      formatDebugTable(reportOf([layer({ op })]), { target: 'a.mnn', columns }).split('\n')[2]!;
    expect(at(110)).toContain('Convolution');
    expect(at(110).endsWith(op)).toBe(true);
    expect(at(100)).not.toContain('Convolution');
    expect(at(100).endsWith(op)).toBe(true);
    expect(at(60)).toHaveLength(60);
    expect(at(60)).toMatch(/ \/featu\S+…\S+put_0$/);
    expect(at(10).endsWith('/fea…t_0')).toBe(true);
  });

  it('counts the columns of wide characters, and lets no name steer the terminal', () => {
    const op = '卷积'.repeat(20);
    for (const columns of [57, 58, 59, 60, 61]) {
      const row = formatDebugTable(reportOf([layer({ op })]), { target: 'a.mnn', columns }).split('\n')[2]!;
      expect(row).toContain('…');
      expect(row.length + (row.match(/[卷积]/g)?.length ?? 0)).toBeLessThanOrEqual(columns);
    }
    const evil = formatDebugTable(reportOf([layer({ op: 'a\u001b[2Jb\nc' })]), { target: 'a.mnn' });
    expect(evil).toContain('a\\u001b[2Jb\\nc');
  });
});

describe('debugReport', () => {
  it('names the worst sample and the model it is of; NaN is null in JSON', () => {
    const bytes = new TextEncoder().encode('abc');
    const samples = { count: 3, name: (index: number) => `${index}.png` };
    const layers = [layer({ cosine: Number.NaN })];
    const report = debugReport(layers, { path: 'some/where/a.mnn', bytes }, samples);
    expect(report.layers[0]?.worst).toEqual({ sample: 2, cosine: 0.9, name: '2.png' });
    // The SHA-256 of "abc" is in the standard, FIPS 180-2.
    expect(report.model).toEqual({
      file: 'a.mnn',
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    });
    const parsed = JSON.parse(debugJson(report));
    expect(parsed.version).toBe(1);
    expect(parsed.layers[0].cosine).toBeNull();
  });
});
