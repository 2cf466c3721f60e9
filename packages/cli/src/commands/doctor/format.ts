import { printableName } from '../../printable.ts';
import { hangingLines } from '../../wrapped-lines.ts';
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

function hanging(label: string, text: string, width: number): string[] {
  const [first = '', ...others] = text.split('\n').map(printableName);
  const indent = ' '.repeat(LEVEL);
  return [
    ...hangingLines(label + GAP, first, width),
    ...others.flatMap((line) => hangingLines(indent + GAP, line.trimStart(), width)),
  ];
}

function summary(findings: readonly Finding[]): string {
  const count = (level: Level): string => {
    const { length } = findings.filter((finding) => finding.level === level);
    return `${length} ${level}${length === 1 ? '' : 's'}`;
  };
  return `${count('problem')}, ${count('warning')}, ${count('note')}`;
}
