import { isOneNumber, likeness } from '../likeness.ts';
import type { Report } from '../schema.ts';
import { cosineText, printable } from './text.ts';

export type Level = Report['summary']['findings'][number]['level'] | 'good';

export interface Verdict {
  readonly level: Level;
  readonly title: string;
  readonly text: string;
}

/**
 * Bounds of the lowest cosine of an output. A cosine of 0.99 is noise of a seventh of the signal, 0.95 of a third; above
 * 0.999 it is below a twentieth.
 */
const BOUNDS: readonly (readonly [cosine: number, level: Level, title: string])[] = [
  [0.999, 'good', 'The int8 model follows the float one closely'],
  [0.99, 'note', 'The int8 model is near the float one'],
  [0.95, 'warning', 'The int8 model is noticeably off'],
];

/** In words: how the int8 model compares with the float one. It cannot say what that does to an accuracy. */
export function verdictOf({ outputs, summary }: Report): Verdict {
  const { int8, total } = summary.convolutions;
  if (outputs.length === 0)
    return {
      level: 'warning',
      title: 'No output was compared',
      text: 'The report has no numbers of an output.',
    };
  const lost = outputs.filter(({ error }) => error.cosine === null);
  if (lost.length > 0)
    return {
      level: 'problem',
      title: 'An output cannot be compared',
      text: `${names(lost)}: values are not finite, in the float model or the int8 one, or one of them has zeros only.`,
    };
  const worst = outputs.reduce((a, b) => (likeness(b)! < likeness(a)! ? b : a));
  const cosine = likeness(worst)!;
  const [, level, title] = BOUNDS.find(([bound]) => cosine >= bound) ?? [
    0,
    'problem',
    'The int8 model is far off',
  ];
  const which = outputs.length === 1 ? 'The output' : `The worst of ${outputs.length} outputs,`;
  const comma = outputs.length === 1 ? '' : ',';
  const text = `${which} ${printable(worst.name)}${comma} ${closeness(worst)}.`;
  if (int8 === 0 && total > 0)
    return {
      level: 'problem',
      title: 'Nothing was quantized',
      text: `None of ${total} convolutions runs in int8. ${text}`,
    };
  return { level, title, text };
}

function closeness(output: Report['outputs'][number]): string {
  const { cosine, snr } = output.error;
  if (isOneNumber(output) && snr !== null)
    return `is ${snr.toFixed(1)} dB from the float model’s (signal to noise; of one number a cosine tells only the sign)`;
  return `has a cosine similarity of ${cosineText(cosine!)} to the float model’s (1 is equal)`;
}

function names(outputs: Report['outputs']): string {
  const list = outputs.map(({ name }) => printable(name)).join(', ');
  return outputs.length === 1 ? `The output ${list}` : `The outputs ${list}`;
}
