import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createPhases, createProgress } from '../src/progress.ts';

/** A stream that keeps what was written; with `columns` it is a terminal. */
function screen(columns?: number) {
  const stream = new PassThrough() as PassThrough & { isTTY: boolean; columns?: number };
  stream.isTTY = columns !== undefined;
  stream.columns = columns;
  const chunks: string[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => chunks.join('') };
}

/** What a terminal shows of it, line by line; knows the codes that the bar uses. */
function linesOf(text: string): string[] {
  const lines: string[][] = [[]];
  let [row, column] = [0, 0];
  let saved = [0, 0];
  const codes: Readonly<Record<string, () => void>> = {
    '\u001b7': () => {
      saved = [row, column];
    },
    '\u001b8': () => {
      [row, column] = saved;
    },
    '\u001b[1G': () => {
      column = 0;
    },
    '\u001b[0K': () => lines[row].splice(column),
    '\n': () => {
      [row, column] = [row + 1, 0];
      lines[row] ??= [];
    },
  };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the terminal's own codes
  for (const [part] of text.matchAll(/\u001b(?:[78]|\[\d+[A-Z])|[\s\S]/gu)) {
    if (part in codes) codes[part]();
    else if (part.length > 1) throw new Error(`unexpected code ${JSON.stringify(part)}`);
    else lines[row][column++] = part;
  }
  return lines.map((line) => Array.from(line, (one) => one ?? ' ').join(''));
}

function runTwoPhases(columns?: number): string {
  const { stream, text } = screen(columns);
  const phases = createPhases((title) => createProgress(title, stream));
  for (let i = 1; i <= 8; i++) phases.update('images', i, 8);
  for (let i = 1; i <= 5; i++) phases.update('calibrate', i, 5);
  phases.stop();
  phases.update('calibrate', 5, 5);
  phases.stop();
  stream.write('summary\n');
  return text();
}

describe('progress', () => {
  it('on a terminal: one finished bar below the other, then the summary on a line of its own', () => {
    const [first, second, ...rest] = linesOf(runTwoPhases(100));
    expect(first).toMatch(/^images +■{40} 100% \| \d+s \| ETA 0s$/);
    expect(second).toMatch(/^calibrate +■{40} 100% \| \d+s \| ETA 0s$/);
    expect(rest).toEqual(['summary', '']);
  });

  it('fits a narrow terminal', () => {
    for (const line of linesOf(runTwoPhases(60)).slice(0, 2)) {
      expect(line).toMatch(/ETA 0s$/);
      expect(line.length).toBeLessThan(60);
    }
  });

  it('elsewhere: plain lines, a quarter each', () => {
    const quarters = (title: string) => [25, 50, 75, 100].map((percent) => `${title}: ${percent}%`);
    const calibrate = ['calibrate: 25%', 'calibrate: 50%', 'calibrate: 75%', 'calibrate: 100%'];
    expect(runTwoPhases().split('\n')).toEqual([...quarters('images'), ...calibrate, 'summary', '']);
  });

  it('without anything to do writes nothing strange', () => {
    const { stream, text } = screen();
    createProgress('images', stream).update(0, 0);
    expect(text()).toBe('');
  });
});
