import { distance } from 'fastest-levenshtein';

/** An op as a pattern sees it; `type` is MNN's name of its type, such as `ConvolutionDepthwise`. */
export interface NamedOp {
  readonly name: string;
  readonly type: string;
}

/** What one entry of `skip_quant_op_names` stands for. */
export interface SkipMatch {
  readonly pattern: string;
  /** Names of the ops, each once; ops that compute nothing (inputs, constants) are not among them. */
  readonly names: readonly string[];
  /** Types of ops that match and compute nothing. */
  readonly idle: readonly string[];
}

export interface SkipSelection {
  readonly matches: readonly SkipMatch[];
  /** A line for each pattern that matches no op. */
  readonly problems: readonly string[];
}

const TYPE_PREFIX = 'type:';
const IDLE: ReadonlySet<string> = new Set(['Input', 'Const', 'TrainableParam']);
const SHOWN = 3;

/**
 * Finds the ops that patterns stand for. A pattern is, in this order: the exact name of an op; `type:`
 * and the name of a type; a name; in the last two `*` is any number of characters and `?` is one.
 *
 * There are no other special characters, and `*` goes across `/`: names of ops hold `/ [ ] ( ) { } !`,
 * which the usual glob libraries read in their own way.
 */
export function selectSkips(ops: readonly NamedOp[], patterns: readonly string[]): SkipSelection {
  const matches: SkipMatch[] = [];
  const problems: string[] = [];
  for (const pattern of new Set(patterns)) {
    const found = ops.filter(matcher(ops, pattern));
    const names = (idle: boolean): NamedOp[] => found.filter(({ type }) => IDLE.has(type) === idle);
    if (found.length === 0) problems.push(noMatch(ops, pattern));
    else
      matches.push({
        pattern,
        names: distinct(names(false).map(({ name }) => name)),
        idle: distinct(names(true).map(({ type }) => type)),
      });
  }
  return { matches, problems };
}

/** A line for each pattern that changes nothing because what it matches is never quantized. */
export function idleSkips(matches: readonly SkipMatch[]): string[] {
  return matches
    .filter(({ names }) => names.length === 0)
    .map(
      ({ pattern, idle }) =>
        `skip_quant_op_names: "${pattern}" has no effect, it matches ${idle.join(' and ')} only; name the ops that read it`,
    );
}

function matcher(ops: readonly NamedOp[], pattern: string): (op: NamedOp) => boolean {
  if (ops.some(({ name }) => name === pattern)) return ({ name }) => name === pattern;
  const [byType, text] = split(pattern);
  const expression = globExpression(text);
  return ({ name, type }) => expression.test(byType ? type : name);
}

function split(pattern: string): [byType: boolean, text: string] {
  return pattern.startsWith(TYPE_PREFIX)
    ? [true, pattern.slice(TYPE_PREFIX.length).trim()]
    : [false, pattern];
}

function globExpression(glob: string): RegExp {
  const parts = glob.split(/\*+|(\?)/).map((part, i) => {
    if (i % 2 === 1) return part === undefined ? '[^]*' : '[^]';
    return part!.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'u');
}

function noMatch(ops: readonly NamedOp[], pattern: string): string {
  const [byType, text] = split(pattern);
  const known = distinct(ops.map(({ name, type }) => (byType ? type : name)));
  const plain = text.replaceAll(/[*?]+/g, '').toLowerCase();
  const near = known
    .map((one): [string, number] => [one, distance(plain, one.toLowerCase())])
    .sort((a, b) => a[1] - b[1])
    .slice(0, SHOWN)
    .map(([one]) => `"${byType ? TYPE_PREFIX : ''}${one}"`);
  const isGlob = /[*?]/.test(text);
  const what = byType ? `op of type "${text}"` : isGlob ? `op that matches "${text}"` : `op "${text}"`;
  const advice = near.length > 0 ? `; the nearest are ${near.join(', ')}` : '';
  return `skip_quant_op_names: the model has no ${what}${advice}`;
}

const distinct = (values: readonly string[]): string[] => [...new Set(values)];
