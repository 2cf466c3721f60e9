import stringWidth from 'string-width';
import { printable } from '../../text-table.ts';
import type { Finding, Level } from './finding.ts';

/**
 * Findings for a person, the worst first.
 *
 * @param width columns of the terminal; `undefined` for a pipe or file, whose lines are not broken
 */
export function formatFindings(findings: readonly Finding[], width = Number.POSITIVE_INFINITY): string {
  const lines = findings.flatMap(({ level, check, text, advice }) => [
    ...hanging(`${level.padEnd(LEVEL)}`, `${text} [${check}]`, width),
    ...(advice === undefined ? [] : hanging(' '.repeat(LEVEL), `→ ${advice}`, width)),
  ]);
  return [...lines, summary(findings)].join('\n');
}

const LEVEL = 'problem'.length;
const GAP = '  ';
/** Where less is left, lines are not broken by us. */
const LEAST = 20;

function hanging(label: string, text: string, width: number): string[] {
  const indent = label.length + GAP.length;
  const room = width - indent;
  const lines = text
    .split('\n')
    .map(printable)
    .flatMap((line) => (room < LEAST ? [line] : wrapped(line, room)));
  return lines.map((line, i) => `${i === 0 ? label : ' '.repeat(label.length)}${GAP}${line}`.trimEnd());
}

/** Broken between words only: names and numbers stay whole, to be copied. */
function wrapped(text: string, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && stringWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function summary(findings: readonly Finding[]): string {
  const count = (level: Level): string => {
    const { length } = findings.filter((finding) => finding.level === level);
    return `${length} ${level}${length === 1 ? '' : 's'}`;
  };
  return `${count('problem')}, ${count('warning')}, ${count('note')}`;
}
