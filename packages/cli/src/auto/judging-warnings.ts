import type { AutoLabels, AutoOptions } from './options.ts';
import type { Divided } from './some-samples.ts';

/** What makes the judgement doubtful. */
export function judgingWarnings(
  { judging, apart }: Divided,
  { target: { maxDrop } = {} }: AutoOptions,
  labels: AutoLabels | undefined,
): string[] {
  const warnings = apart
    ? []
    : [
        `AUTO: the ${judging.count} samples that calibrate also judge, which flatters; give more, or others with --data`,
      ];
  if (labels === undefined) return warnings;
  const { file, labels: own } = labels;
  const known = judging.count - own.missing.length;
  if (own.missing.length > 0)
    warnings.push(
      `${file}: ${own.missing.length} of ${judging.count} samples that judge have no label, such as ${own.missing[0]}`,
    );
  if (maxDrop !== undefined && known * maxDrop < 100)
    warnings.push(
      `--max-drop: with ${known} labelled samples one of them is ${(100 / known).toFixed(1)} points: a drop of ${maxDrop} points cannot be seen`,
    );
  return warnings;
}
