import { readFileSync, statSync } from 'node:fs';
import { channelCount } from '@mnnquant/calibrate';
import { closest, distance } from 'fastest-levenshtein';
import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { z } from 'zod';
import { messageOf, UsageError } from '../errors.ts';
import { type Config, configSchema, KNOWN_KEYS, LATER, WITHOUT_EFFECT } from './schema.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** What the user should know: unknown keys, keys without effect. */
  readonly warnings: readonly string[];
}

/**
 * Reads and checks a config file. Comments are allowed.
 *
 * @throws {UsageError} with every problem found: key, expected and got
 */
export function loadConfig(file: string): LoadedConfig {
  const raw = parseJson(readText(file), file);
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    throw new UsageError(`${file}: expected a JSON object, got ${describe(raw)}`);
  }
  return checkConfig(raw as Record<string, unknown>, file);
}

/** Checks what a config file holds; `file` is only named in messages. */
export function checkConfig(raw: Readonly<Record<string, unknown>>, file: string): LoadedConfig {
  const parsed = configSchema.safeParse(raw);
  const problems = parsed.success
    ? relations(parsed.data)
    : parsed.error.issues.map((issue) => explain(issue, raw));
  if (raw.inputs !== undefined)
    problems.push('inputs: models with several inputs are not supported in this release; remove the key');
  if (problems.length > 0)
    throw new UsageError([`${file}:`, ...problems.map((problem) => `  ${problem}`)].join('\n'));
  return { config: parsed.data as Config, warnings: warningsFor(raw) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UsageError(`cannot read the config file ${file}: ${messageOf(error)}`);
  }
}

function parseJson(text: string, file: string): unknown {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors);
  const [first] = errors;
  if (first === undefined) return value;
  const before = text.slice(0, first.offset).split('\n');
  const place = `line ${before.length}, column ${before[before.length - 1].length + 1}`;
  throw new UsageError(`${file}: not valid JSON at ${place}: ${printParseErrorCode(first.error)}`);
}

function explain(issue: z.core.$ZodIssue, raw: Readonly<Record<string, unknown>>): string {
  const key = issue.path.join('.');
  const got = issue.path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
    raw,
  );
  const later = LATER[key]?.includes(got);
  if (later) return `${key}: ${describe(got)} is not supported in this release, ${expected(issue)}`;
  if (got === undefined) return `${key}: missing; ${expected(issue)}`;
  return `${key}: ${expected(issue)}, got ${describe(got)}`;
}

function expected(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `expected ${issue.expected === 'int' ? 'a whole number' : withArticle(issue.expected)}`;
    case 'invalid_value':
      return `expected ${issue.values.map((value) => JSON.stringify(value)).join(', ')}`;
    case 'too_small':
      return issue.origin === 'array' || issue.origin === 'string'
        ? `expected at least ${issue.minimum} ${issue.origin === 'array' ? 'entry' : 'character'}`
        : `expected ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return `expected at most ${issue.maximum}${issue.origin === 'array' ? ' entries' : ''}`;
    default:
      return issue.message;
  }
}

function withArticle(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** What depends on more than one key, or on the file system. */
function relations(config: Config): string[] {
  const problems: string[] = [];
  const channels = channelCount(config.format);
  for (const key of ['mean', 'normal'] as const) {
    const given = config[key]?.length;
    if (given !== undefined && given < channels) {
      problems.push(`${key}: expected ${channels} numbers for ${config.format}, got ${given}`);
    }
  }
  for (const key of ['mean', 'normal'] as const) {
    if (config[key]?.some((value) => !Number.isFinite(value)))
      problems.push(`${key}: expected finite numbers`);
  }
  if (config.normal?.every((value) => value === 0))
    problems.push('normal: all zero would make every input zero');
  const folder = statSync(config.path, { throwIfNoEntry: false });
  if (folder === undefined)
    problems.push(`path: expected a folder, but there is no ${config.path} (looked from ${process.cwd()})`);
  else if (!folder.isDirectory()) problems.push(`path: expected a folder, got the file ${config.path}`);
  return problems;
}

function warningsFor(raw: Readonly<Record<string, unknown>>): string[] {
  const warnings: string[] = [];
  for (const key of Object.keys(raw)) {
    if (!KNOWN_KEYS.includes(key)) {
      const near = closest(key, [...KNOWN_KEYS]);
      const hint = distance(key, near) <= Math.max(2, key.length / 3) ? `; did you mean "${near}"?` : '';
      warnings.push(`config: the key "${key}" is unknown and has no effect${hint}`);
    } else if (key in WITHOUT_EFFECT && raw[key] !== false) {
      warnings.push(`config: "${key}" has no effect: ${WITHOUT_EFFECT[key]}`);
    }
  }
  if (raw.used_image_num !== undefined && raw.used_sample_num !== undefined) {
    warnings.push('config: used_sample_num takes the place of used_image_num, as in MNN');
  }
  return warnings;
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length > 6 ? `an array of ${value.length}` : JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value) ?? String(value);
}
