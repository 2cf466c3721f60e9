import { listed } from '../../listed.ts';
import { printableName } from '../../printable.ts';
import { type Column, textTable } from '../../text-table.ts';
import { hangingLines } from '../../wrapped-lines.ts';
import type { Accuracy } from './accuracy.ts';
import { percent } from './bounds.ts';
import type { ComparedModel, ComparedOutput, Comparison } from './report.ts';

/** More samples than this are counted, not listed. */
const LISTED = 5;

/**
 * A comparison for a person.
 *
 * @param width columns of the terminal; `undefined` for a pipe or file, which gets whole names
 */
export function formatComparison(comparison: Comparison, width?: number): string {
  const { a, b, samples, outputs, warnings, device, seconds } = comparison;
  const skipped = samples.skipped.length > 0 ? `, ${samples.skipped.length} skipped` : '';
  const facts: readonly (readonly [string, string])[] = [
    ['First', modelText(a)],
    ['Second', modelText(b)],
    ['Samples', `${samples.count} of ${printableName(samples.folder)}${skipped}`],
    ['Time', `${seconds.toFixed(1)} s on ${device}`],
    ...(warnings.length > 0 ? [['Warnings', `${warnings.length}, see above`] as const] : []),
  ];
  return [
    ...facts.flatMap(([label, text]) => hangingLines(label.padEnd(LABEL), text, width)),
    '',
    ...hangingLines(
      '',
      'Outputs of the second model against the first; cosine is the mean over samples',
      width,
    ),
    ...textTable(...outputTable(outputs), width),
    ...agreementLines(outputs).flatMap(([label, text]) => hangingLines(label, text, width)),
    ...accuracyLines(comparison, width),
  ].join('\n');
}

/** As in the summary of a run. */
const LABEL = 12;

function modelText({ file, bytes, precision, convolutions: { int8, total } }: ComparedModel): string {
  const size = bytes >= 1e6 ? `${(bytes / 1e6).toFixed(2)} MB` : `${(bytes / 1e3).toFixed(1)} kB`;
  const how = {
    float: 'float',
    weights: 'float, weights stored as whole numbers',
    int8: `int8 (${int8} of ${total} convolutions)`,
  }[precision];
  return `${printableName(file)}, ${how}, ${size}`;
}

function outputTable(outputs: readonly ComparedOutput[]): [Column[], string[][]] {
  const ranked = outputs.some(({ agreement }) => agreement !== undefined);
  const columns: Column[] = [
    { title: 'cosine', right: true },
    { title: 'SNR', right: true },
    { title: 'max error', right: true },
    ...(ranked
      ? [
          { title: 'top-1', right: true },
          { title: 'top-5', right: true },
        ]
      : []),
    { title: 'output', name: true },
    { title: 'worst', right: true },
    { title: 'sample', name: true },
  ];
  return [columns, outputs.map((output) => outputRow(output, ranked))];
}

function outputRow(output: ComparedOutput, ranked: boolean): string[] {
  const { name, otherName, equal, cosine, snr, maxError, worst, agreement } = output;
  return [
    cosineText(cosine),
    equal ? 'equal' : snr === null ? 'NaN' : `${snr.toFixed(1).replace(/^-0\.0$/, '0.0')} dB`,
    maxError.value === null ? 'NaN' : maxError.value === 0 ? '0' : maxError.value.toPrecision(3),
    ...(ranked ? [share(agreement?.top1), share(agreement?.top5)] : []),
    otherName === undefined ? name : `${name} / ${otherName}`,
    cosineText(worst.cosine),
    worst.name,
  ];
}

/** Rounded down: 1.00000 is only shown for what is equal. */
function cosineText(cosine: number | null): string {
  return cosine === null ? 'NaN' : (Math.floor(cosine * 1e5) / 1e5).toFixed(5);
}

function share(value: number | undefined): string {
  return value === undefined ? '–' : percent(value);
}

/** Each with what stands before it in its first line. */
type Line = readonly [label: string, text: string];

function agreementLines(outputs: readonly ComparedOutput[]): Line[] {
  const ranked = outputs.filter(({ agreement }) => agreement !== undefined);
  const others = outputs.filter(({ agreement }) => agreement === undefined);
  const title =
    ranked.length > 0
      ? 'top-1: share of samples with the same best class; top-5: with the first model’s best among the second’s five'
      : 'No top-1 agreement:';
  return [
    ['', title],
    ...ranked.map(({ name, classScores }): Line => ['  ', `${printableName(name)}: ${classScores}`]),
    ...ranked.flatMap(tieLine),
    ...others.map(({ name, classScores }): Line => ['  ', `not for ${printableName(name)}: ${classScores}`]),
    ...outputs.flatMap(notFiniteLine),
  ];
}

function tieLine({ name, agreement }: ComparedOutput): Line[] {
  const { a = 0, b = 0 } = agreement?.ties ?? {};
  if (a + b === 0) return [];
  return [
    [
      '  ',
      `${printableName(name)}: several classes share the best score in ${a} samples of the first model, ${b} of the second; the lower index counts`,
    ],
  ];
}

function notFiniteLine({ name, notFinite: { a, b } }: ComparedOutput): Line[] {
  if (a + b === 0) return [];
  return [
    [
      '  ',
      `${printableName(name)}: NaN or infinite values in ${a} samples of the first model, ${b} of the second`,
    ],
  ];
}

function accuracyLines({ accuracy, a, b }: Comparison, width: number | undefined): string[] {
  if (accuracy === undefined) return [];
  const { samples, file, output, offset, missing, unused } = accuracy;
  const row = (label: string, { top1, top5 }: Accuracy, model: ComparedModel) => [
    label,
    share(top1),
    share(top5),
    model.file,
  ];
  const shift = offset === 0 ? '' : `, label ${offset > 0 ? '+' : '-'} ${Math.abs(offset)}`;
  return [
    '',
    ...hangingLines(
      '',
      `Accuracy of ${printableName(output)} on ${samples} samples with a label in ${printableName(file)}${shift}`,
      width,
    ),
    ...textTable(
      [
        { title: 'model' },
        { title: 'top-1', right: true },
        { title: 'top-5', right: true },
        { title: 'file', name: true },
      ],
      [
        row('first', accuracy.a, a),
        row('second', accuracy.b, b),
        ['change', points(accuracy.a.top1, accuracy.b.top1), points(accuracy.a.top5, accuracy.b.top5), ''],
      ],
      width,
    ),
    ...(missing.length > 0
      ? hangingLines(
          '  ',
          `${missing.length} samples without a label: ${listed(missing.map(printableName), LISTED)}`,
          width,
        )
      : []),
    ...(unused > 0 ? [`  ${unused} labels of files that are not among the samples`] : []),
  ];
}

function points(before: number | undefined, after: number | undefined): string {
  if (before === undefined || after === undefined) return '–';
  const change = 100 * (after - before);
  return `${change > 0 ? '+' : ''}${change.toFixed(2)}`;
}
