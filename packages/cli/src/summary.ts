import { autoLines } from './auto/outcome-lines.ts';
import { backendLines } from './backend/outcome.ts';
import { correctionLines } from './corrections-outcome.ts';
import { listed } from './listed.ts';
import { debugPath } from './model-files.ts';
import { printableName } from './printable.ts';
import type { QuantizeOutcome } from './quantize-file.ts';
import { roundingLines } from './rounding-outcome.ts';
import { shareText } from './share-text.ts';
import { statisticsLines } from './statistics/outcome.ts';
import { winogradLines } from './winograd-outcome.ts';

/** More ops than this with one reason are counted, not listed. */
const LISTED_OPS = 4;

/** The end of a run, for a person. */
export function formatSummary(outcome: QuantizeOutcome): string {
  const { prediction, images } = outcome;
  const { convolutions, multiplyAdds, casts } = prediction;
  const lines = [
    `Images      ${images.used.length} used${images.skipped.length > 0 ? `, ${images.skipped.length} skipped` : ''}`,
    `Int8        ${convolutions.int8} of ${convolutions.total} convolutions, ${shareText(multiplyAdds)} of the multiply-adds; ${casts} ${casts === 1 ? 'cast' : 'casts'} between float and int8`,
    ...floatLines(outcome),
    ...autoLines(outcome.auto),
    ...skipLines(outcome.skips),
    ...roundingLines(outcome.rounding),
    ...winogradLines(outcome.winograd),
    ...correctionLines(outcome.corrections),
    `Size        ${kilobytes(outcome.sourceBytes)} → ${kilobytes(outcome.targetBytes)} (${(outcome.sourceBytes / outcome.targetBytes).toFixed(2)}x smaller)`,
    ...fallbackLines(outcome),
    ...backendLines(outcome.backend),
    ...statisticsLines(outcome.statistics),
    ...(outcome.warnings.length > 0 ? [`Warnings    ${outcome.warnings.length}, see above`] : []),
    `Time        ${outcome.seconds.toFixed(1)} s ${howComputed(outcome)}`,
    `Written     ${writtenFiles(outcome).join(', ')}`,
  ];
  return lines.join('\n');
}

function howComputed(outcome: QuantizeOutcome): string {
  const { passes, debug, rounding, corrections, device } = outcome;
  const ran = debug ?? rounding ?? corrections;
  if (passes === 0 && ran === undefined) return 'without running the network';
  return `on ${device}${twoPasses(outcome)}`;
}

function twoPasses({ twice }: QuantizeOutcome): string {
  if (twice === undefined) return '';
  const why = {
    memory: 'the samples did not fit --memory at once',
    shapes: 'the samples have different shapes',
  }[twice];
  return ` (two passes: ${why})`;
}

function skipLines(skips: QuantizeOutcome['skips']): string[] {
  const counts = skips.map(({ pattern, ops }) => `${pattern} (${ops} ${ops === 1 ? 'op' : 'ops'})`);
  return counts.length > 0 ? [`Skipped     ${counts.join(', ')}`] : [];
}

function writtenFiles(outcome: QuantizeOutcome): string[] {
  const { target, weightFile, configFile, debug, statistics, reportFile } = outcome;
  const files = [
    target,
    weightFile,
    `${target}.json`,
    configFile,
    debug && debugPath(target),
    statistics && 'saved' in statistics ? statistics.saved : undefined,
    reportFile,
  ];
  return files.filter((file) => file !== undefined);
}

function floatLines({ prediction }: QuantizeOutcome): string[] {
  const byReason = new Map<string, string[]>();
  for (const { int8, reason, name, type } of prediction.ops) {
    if (int8) continue;
    const key = reason ?? 'MNN has no int8 version';
    byReason.set(key, [...(byReason.get(key) ?? []), `${printableName(name)} (${type})`]);
  }
  for (const { reason, name, type } of prediction.outside)
    byReason.set(reason, [...(byReason.get(reason) ?? []), `${printableName(name)} (${type})`]);
  if (byReason.size === 0) return ['Float       none'];
  const total = [...byReason.values()].reduce((sum, names) => sum + names.length, 0);
  const reasons = [...byReason].sort((a, b) => b[1].length - a[1].length);
  return [
    `Float       ${total} ops`,
    ...reasons.map(
      ([reason, names]) => `  ${String(names.length).padStart(4)}  ${reason}: ${listed(names, LISTED_OPS)}`,
    ),
  ];
}

function fallbackLines({ fallbacks }: QuantizeOutcome): string[] {
  const entries = Object.entries(fallbacks);
  if (entries.length === 0) return [];
  return [`Slow path   no fast kernel for ${entries.map(([op, count]) => `${op} (${count})`).join(', ')}`];
}

function kilobytes(bytes: number): string {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(2)} MB` : `${(bytes / 1e3).toFixed(1)} kB`;
}
