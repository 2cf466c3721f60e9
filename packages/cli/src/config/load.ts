import { readFileSync, statSync } from 'node:fs';
import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { messageOf, UsageError } from '../errors.ts';
import { describe, explain } from './explain.ts';
import { relations } from './relations.ts';
import { type Config, configSchema } from './schema.ts';
import { unknownKeys, warningsFor } from './warnings.ts';

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
  const problems = onePerKey(parsed.error?.issues ?? []).map((issue) => explain(issue, raw));
  problems.push(...relations(raw));
  if (typeof raw.path === 'string' && raw.path !== '' && !raw.path.includes('\0'))
    problems.push(...folderProblems(raw.path));
  // A key that is missing may only be misspelled.
  if (!parsed.success || problems.length > 0)
    throw new UsageError(
      [`${file}:`, ...[...problems, ...unknownKeys(raw)].map((line) => `  ${line}`)].join('\n'),
    );
  return { config: parsed.data, warnings: warningsFor(raw, parsed.data) };
}

/** The last thing wrong with a value is the nearest to what the key asks for: the type is checked first. */
function onePerKey<T extends { readonly path: readonly PropertyKey[] }>(issues: readonly T[]): T[] {
  return [...new Map(issues.map((issue) => [issue.path.join('.'), issue])).values()];
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

function folderProblems(path: string): string[] {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (entry === undefined)
    return [`path: expected a folder, but there is no ${path} (looked from ${process.cwd()})`];
  return entry.isDirectory() ? [] : [`path: expected a folder, got the file ${path}`];
}
