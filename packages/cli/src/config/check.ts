import {
  createScanner,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import { UsageError } from '../errors.ts';
import { describe, explain } from './explain.ts';
import { relations } from './relations.ts';
import { type Config, configSchema } from './schema.ts';
import { unknownKeys, warningsFor } from './warnings.ts';

export interface LoadedConfig {
  readonly config: Config;
  /** The keys that were given. */
  readonly given: readonly string[];
  /** What the user should know: unknown keys, keys without effect. */
  readonly warnings: readonly string[];
}

/** A line for each thing that is wrong with a folder of samples. */
export type PathProblems = (path: string) => readonly string[];

/** Stands for the folder where samples come from elsewhere. */
const NO_FOLDER = '.';

/**
 * Checks a config as text. Comments are allowed.
 *
 * @param name of the file, for messages
 * @param pathProblems what is wrong with the folder of samples; absent: there is none, and `path` may be missing
 * @throws {UsageError} with every problem found: key, expected and got
 */
export function parseConfig(text: string, name: string, pathProblems?: PathProblems): LoadedConfig {
  const tree = parseJson(text.replace(/^\uFEFF/, ''), name);
  const raw: unknown = getNodeValue(tree);
  if (tree.type !== 'object') throw new UsageError(`${name}: expected a JSON object, got ${describe(raw)}`);
  // MNN would take the first, most others the last.
  const twice = repeatedKeys(tree);
  if (twice.length > 0)
    throw new UsageError(
      [`${name}:`, ...twice.map((key) => `  ${key}: expected once, got twice`)].join('\n'),
    );
  return checkConfig(raw as Record<string, unknown>, name, pathProblems);
}

function repeatedKeys({ children = [] }: Node): string[] {
  const keys = children.map((property) => String(property.children?.[0].value));
  return [...new Set(keys.filter((key, i) => keys.indexOf(key) !== i))];
}

/** The same for what a config holds. */
export function checkConfig(
  given: Readonly<Record<string, unknown>>,
  name: string,
  pathProblems?: PathProblems,
): LoadedConfig {
  const raw = pathProblems ? given : { path: NO_FOLDER, ...given };
  const parsed = configSchema.safeParse(raw);
  const problems = onePerKey(parsed.error?.issues ?? []).map((issue) => explain(issue, raw));
  problems.push(...relations(raw));
  if (typeof raw.path === 'string' && raw.path !== '' && !raw.path.includes('\0'))
    problems.push(...(pathProblems?.(raw.path) ?? []));
  // A key that is missing may only be misspelled.
  if (!parsed.success || problems.length > 0)
    throw new UsageError(
      [`${name}:`, ...[...problems, ...unknownKeys(raw)].map((line) => `  ${line}`)].join('\n'),
    );
  return { config: parsed.data, given: Object.keys(given), warnings: warningsFor(raw, parsed.data) };
}

/** The last thing wrong with a value is the nearest to what the key asks for: the type is checked first. */
function onePerKey<T extends { readonly path: readonly PropertyKey[] }>(issues: readonly T[]): T[] {
  return [...new Map(issues.map((issue) => [issue.path.join('.'), issue])).values()];
}

/** No key has more than three; the parser takes stack for each. */
const MOST_LEVELS = 64;

function checkDepth(text: string, name: string): void {
  const scanner = createScanner(text);
  let depth = 0;
  // Only the end has no length. A bracket in a text or comment is not where its token begins.
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const first = text[scanner.getTokenOffset()];
    if (first === '{' || first === '[') depth++;
    if (first === '}' || first === ']') depth--;
    if (depth > MOST_LEVELS)
      throw new UsageError(
        `${name}: expected at most ${MOST_LEVELS} brackets within each other, got more at ${placeIn(text, scanner.getTokenOffset())}`,
      );
  }
}

function placeIn(text: string, offset: number | undefined): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before[before.length - 1].length + 1}`;
}

function parseJson(text: string, name: string): Node {
  checkDepth(text, name);
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors);
  const [first] = errors;
  if (tree && first === undefined) return tree;
  const place = placeIn(text, first?.offset);
  const what = first ? inWords(printParseErrorCode(first.error)) : 'value expected';
  throw new UsageError(`${name}: not valid JSON at ${place}: ${what}`);
}

/** `CommaExpected` as `comma expected`. */
function inWords(code: string): string {
  return code.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
