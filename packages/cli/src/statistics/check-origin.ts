import { isGpu } from '../backend/names.ts';
import { UsageError } from '../errors.ts';
import { listed } from '../listed.ts';
import type { CheckedOptions } from '../options.ts';
import type { StatisticsFile } from './file.ts';
import type { ComputedBy, Hashed, Origin } from './origin.ts';

/** Digits of a hash that tell two apart for a person. */
const DIGITS = 12;

/**
 * Refuses statistics of another model, other samples or another preparation.
 *
 * @throws {UsageError} with everything that is not as it was, old and new
 */
export function checkOrigin({ path, origin }: StatisticsFile, now: Origin): void {
  const changes = [
    ...modelChanges(origin.model, now.model),
    ...preparationChanges(origin.preparation, now.preparation),
    ...sampleChanges(origin.samples, now.samples),
  ];
  if (changes.length === 0) return;
  throw new UsageError(
    [
      `${path}: these statistics do not belong to this run:`,
      ...changes.map((change) => `  ${change}`),
      '  run with --save-stats to take them anew',
    ].join('\n'),
  );
}

/**
 * Refuses statistics that were computed in another way than the one that is asked for. `auto` asks for none.
 *
 * @throws {UsageError}
 */
export function checkComputed(
  { path, origin: { computed } }: StatisticsFile,
  { backend: asked, fastMath = false }: CheckedOptions,
): void {
  const what = computationText(computed);
  if (asked !== 'auto' && isGpu(asked) !== (computed.backend !== 'cpu'))
    throw new UsageError(
      `${path}: these statistics were computed on ${what}, --backend ${asked} asks for another; leave it out or run with --save-stats`,
    );
  if (asked.includes(':') && asked !== computed.backend)
    throw new UsageError(`${path}: these statistics were computed on ${what}, not on ${asked}`);
  if (computed.backend === 'cpu' && computed.fastMath !== fastMath)
    throw new UsageError(
      `${path}: these statistics were computed ${computed.fastMath ? 'with' : 'without'} --fast-math, this run ${fastMath ? 'has it' : 'does not have it'}; use the same or run with --save-stats`,
    );
}

function computationText({ backend, device }: ComputedBy): string {
  return device ? `${backend} (${device})` : backend;
}

function modelChanges(before: readonly Hashed[], now: readonly Hashed[]): string[] {
  if (before.length !== now.length)
    return [
      `model: it was in ${before.length} files (${namesOf(before)}), now ${now.length} (${namesOf(now)})`,
    ];
  return now.flatMap(({ name, sha256 }, i) => {
    const old = before[i];
    if (sha256 === old.sha256) return [];
    const which = i === 0 ? 'model' : 'weights';
    return [`${which}: the content was ${brief(old)} (${old.name}), ${name} has ${brief({ sha256 })}`];
  });
}

function preparationChanges(before: Origin['preparation'], now: Origin['preparation']): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return keys.flatMap((key) => {
    const [was, is] = [before[key], now[key]].map(textOf);
    return was === is ? [] : [`${key}: was ${was}, is ${is}`];
  });
}

function textOf(value: unknown): string {
  return value === undefined ? 'not given' : JSON.stringify(value);
}

function sampleChanges(before: readonly Hashed[], now: readonly Hashed[]): string[] {
  const [old, present] = [before, now].map((list) => new Map(list.map(({ name, sha256 }) => [name, sha256])));
  const changed = now.filter(({ name, sha256 }) => old.has(name) && old.get(name) !== sha256);
  const gone = before.filter(({ name }) => !present.has(name));
  const added = now.filter(({ name }) => !old.has(name));
  const hashes = ([{ name }]: readonly Hashed[]) =>
    ` (${name}: ${brief({ sha256: old.get(name)! })}, now ${brief({ sha256: present.get(name)! })})`;
  return [
    ...(before.length === now.length
      ? []
      : [`samples: there were ${before.length}, now there are ${now.length}`]),
    ...(changed.length > 0 ? [`samples with other content: ${namesOf(changed)}${hashes(changed)}`] : []),
    ...(gone.length > 0 ? [`samples no longer used: ${namesOf(gone)}`] : []),
    ...(added.length > 0 ? [`samples that are new: ${namesOf(added)}`] : []),
    ...orderChange(before, now, changed.length + gone.length + added.length),
  ];
}

/** Names sort the same way everywhere, so this takes another rule of order. */
function orderChange(before: readonly Hashed[], now: readonly Hashed[], others: number): string[] {
  const at = now.findIndex(({ name }, i) => before[i]?.name !== name);
  return others > 0 || at < 0
    ? []
    : [`samples: number ${at + 1} was ${before[at]?.name}, is ${now[at].name}`];
}

function namesOf(list: readonly Hashed[]): string {
  return listed(list.map(({ name }) => name));
}

const brief = ({ sha256 }: Pick<Hashed, 'sha256'>): string => `${sha256.slice(0, DIGITS)}…`;
