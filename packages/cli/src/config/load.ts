import { readFileSync, statSync } from 'node:fs';
import { channelCount } from '@mnnquant/calibrate';
import { closest, distance } from 'fastest-levenshtein';
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
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
  const tree = parseJson(readText(file), file);
  const raw: unknown = getNodeValue(tree);
  if (tree.type !== 'object') throw new UsageError(`${file}: expected a JSON object, got ${describe(raw)}`);
  // MNN would take the first, most others the last.
  const twice = repeatedKeys(tree);
  if (twice.length > 0)
    throw new UsageError(
      [`${file}:`, ...twice.map((key) => `  ${key}: expected once, got twice`)].join('\n'),
    );
  return checkConfig(raw as Record<string, unknown>, file);
}

function repeatedKeys({ children = [] }: Node): string[] {
  const keys = children.map((property) => String(property.children?.[0].value));
  return [...new Set(keys.filter((key, i) => keys.indexOf(key) !== i))];
}

/** Checks what a config file holds; `file` is only named in messages. */
export function checkConfig(raw: Readonly<Record<string, unknown>>, file: string): LoadedConfig {
  const parsed = configSchema.safeParse(raw);
  const problems = parsed.success
    ? relations(parsed.data)
    : parsed.error.issues.map((issue) => explain(issue, raw));
  if (typeof raw.path === 'string' && raw.path !== '') problems.push(...folderProblems(raw.path));
  if (raw.inputs !== undefined)
    problems.push('inputs: models with several inputs are not supported in this release; remove the key');
  // A key that is missing may only be misspelled.
  if (problems.length > 0)
    throw new UsageError(
      [`${file}:`, ...[...problems, ...unknownKeys(raw)].map((line) => `  ${line}`)].join('\n'),
    );
  return { config: parsed.data as Config, warnings: warningsFor(raw) };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UsageError(`cannot read the config file ${file}: ${messageOf(error)}`);
  }
}

function parseJson(text: string, file: string): Node {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors);
  const [first] = errors;
  if (tree && first === undefined) return tree;
  const before = text.slice(0, first?.offset).split('\n');
  const place = `line ${before.length}, column ${before[before.length - 1].length + 1}`;
  const what = first ? inWords(printParseErrorCode(first.error)) : 'value expected';
  throw new UsageError(`${file}: not valid JSON at ${place}: ${what}`);
}

/** `CommaExpected` as `comma expected`. */
function inWords(code: string): string {
  return code.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
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
      return `expected ${TYPE_NAMES[issue.expected] ?? withArticle(issue.expected)}`;
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

const TYPE_NAMES: Readonly<Record<string, string>> = { int: 'a whole number', boolean: 'true or false' };

function withArticle(type: string): string {
  return /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}

/** What depends on more than one key. */
function relations(config: Config): string[] {
  const problems: string[] = [];
  const channels = channelCount(config.format);
  for (const key of ['mean', 'normal'] as const) {
    const given = config[key]?.length;
    if (given !== undefined && given < channels) {
      problems.push(`${key}: expected ${channels} numbers for ${config.format}, got ${given}`);
    }
  }
  if (config.normal?.every((value) => value === 0))
    problems.push('normal: all zero would make every input zero');
  return problems;
}

function folderProblems(path: string): string[] {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined)
    return [`path: expected a folder, but there is no ${path} (looked from ${process.cwd()})`];
  return entry.isDirectory() ? [] : [`path: expected a folder, got the file ${path}`];
}

function warningsFor(raw: Readonly<Record<string, unknown>>): string[] {
  const warnings = unknownKeys(raw).map((line) => `config: ${line}`);
  for (const [key, why] of Object.entries(WITHOUT_EFFECT)) {
    if (Object.hasOwn(raw, key) && raw[key] !== false)
      warnings.push(`config: "${key}" has no effect: ${why}`);
  }
  if (raw.used_image_num !== undefined && raw.used_sample_num !== undefined) {
    warnings.push('config: used_sample_num takes the place of used_image_num, as in MNN');
  }
  return warnings;
}

function unknownKeys(raw: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(raw)
    .filter((key) => !KNOWN_KEYS.includes(key))
    .map((key) => {
      const near = closest(key.toLowerCase(), [...KNOWN_KEYS]);
      const isNear = distance(key.toLowerCase(), near) <= Math.max(2, key.length / 3);
      return `the key "${key}" is unknown and has no effect${isNear ? `; did you mean "${near}"?` : ''}`;
    });
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return value.length > 6 ? `an array of ${value.length}` : JSON.stringify(value);
  if (typeof value === 'object' && value !== null) return 'an object';
  // Infinity (1e999) is null in JSON.
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}
