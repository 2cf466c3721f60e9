import type { ParameterKind, Program } from '../device/program.ts';
import { expOf } from './float-functions.ts';

/**
 * How values that belong together become one. Both programs take every `parts`-th of `count` values; the results of the
 * parts are then joined by `further`.
 */
export interface Fold {
  /** For values that lie side by side: x [Z, X, count] → y [Z, parts, X]. */
  readonly rows: Program;
  /** For values that are planes apart: x [outer, count, Y, X] → y [outer, parts, Y, X]. */
  readonly planes: Program;
  /** What the first value is joined to. */
  readonly start: number;
  /** Joins the results of parts; absent: this fold itself. */
  readonly further?: Fold | undefined;
}

interface FoldDefinition {
  readonly name: string;
  readonly start: number;
  /** Declares `term` from `value` and, where centred, `centre`. */
  readonly term: string;
  /** Joins a value to the variable `into`. */
  readonly join: (into: string, value: string) => string;
  /** Whether each result needs a value of its own, `centre`. */
  readonly centred?: boolean;
  readonly numbers?: readonly string[];
  /** Statements around the loop over the values, which leaves them joined in `total`. */
  readonly around?: (loop: string) => string;
  readonly further?: Fold;
}

/** Terms that are added up before they are added to the others: keeps a sum's error small. */
export const FOLD_BLOCK = 32;

const add = (into: string, value: string): string => `${into} += ${value};`;
const multiply = (into: string, value: string): string => `${into} = ${into} * ${value};`;
const maximum = extreme('>');
const minimum = extreme('<');
const AS_IT_IS = 'const term = value;';
const TRUTH = `let term = 1.0;
          if (value == 0.0) term = 0.0;`;

/** With `factor` 1 / count a mean: a sum of the largest numbers would have no room. */
const SUM = foldOf({
  name: 'sum',
  start: 0,
  term: 'const term = value * factor;',
  join: add,
  numbers: ['factor'],
});

/** √(Σ value² · factor): with `factor` 1 / count it has room where the squares have none. */
const ROOT = rootFold('root of squares', 'value');

/** The folds of whole rows. */
export const FOLDS = {
  sum: SUM,
  absoluteSum: foldOf({
    name: 'absolute sum',
    start: 0,
    term: 'const term = Math.abs(value);',
    join: add,
    further: SUM,
  }),
  squaredSum: foldOf({
    name: 'squared sum',
    start: 0,
    term: 'const term = value * value;',
    join: add,
    further: SUM,
  }),
  maximum: foldOf({ name: 'maximum', start: Number.NEGATIVE_INFINITY, term: AS_IT_IS, join: maximum }),
  minimum: foldOf({ name: 'minimum', start: Number.POSITIVE_INFINITY, term: AS_IT_IS, join: minimum }),
  product: foldOf({ name: 'product', start: 1, term: AS_IT_IS, join: multiply }),
  any: foldOf({ name: 'any', start: 0, term: TRUTH, join: maximum }),
  all: foldOf({ name: 'all', start: 1, term: TRUTH, join: minimum }),
  root: ROOT,
  /** √(Σ (value - centre)² · factor). */
  centredRoot: { ...rootFold('root of centred squares', '(value - centre)'), further: ROOT },
  /** Σ e^(value - centre). */
  exponentials: foldOf({
    name: 'exponentials',
    start: 0,
    term: `const distance = value - centre;
          ${expOf('term', 'distance')}`,
    join: add,
    centred: true,
    further: SUM,
  }),
} satisfies Record<string, Fold>;

/** Numbers without an order have a NaN among them, which a sum keeps. */
function extreme(comparison: '<' | '>'): FoldDefinition['join'] {
  return (into, value) => `if (!(${value} ${comparison} ${into})) {
            if (!(${into} ${comparison} ${value}) && !(${into} == ${value})) ${into} = ${into} + ${value};
          } else {
            ${into} = ${value};
          }`;
}

/** Adds squares; where these have no room, once more in other units. */
function rootFold(name: string, distance: string): Fold {
  return foldOf({
    name,
    start: 0,
    term: `const distance = ${distance} * unit;
          const term = distance * distance * factor;`,
    join: add,
    centred: distance.includes('centre'),
    numbers: ['factor'],
    around: (loop) => `
    let unit = 1.0;
    ${loop}
    if (total > 3e38) {
      unit = ${2 ** -80};
      total = 0.0;
      ${loop}
    }
    total = Math.sqrt(total) / unit;`,
  });
}

function foldOf(definition: FoldDefinition): Fold {
  const { name, start, further, centred = false, numbers = [], around = (loop) => loop } = definition;
  const parameters: Record<string, ParameterKind> = {
    x: 'array',
    ...(centred && { centres: 'array' }),
    count: 'integer',
    parts: 'integer',
    blocks: 'integer',
    start: 'number',
    ...Object.fromEntries(numbers.map((it) => [it, 'number'])),
  };
  const body = (before: string, part: string, read: (index: string) => string): string => `
    ${before}
    let total = start;
    ${around(loopOver(definition, part, read))}
    return total;`;
  return {
    start,
    further,
    rows: {
      name: `${name} of rows`,
      rank: 3,
      parameters,
      body: body(
        centred ? 'const centre = centres[this.thread.z][0][this.thread.x];' : '',
        'this.thread.y',
        (index) => `x[this.thread.z][this.thread.x][${index}]`,
      ),
    },
    planes: {
      name: `${name} of planes`,
      rank: 3,
      parameters,
      body: body(
        `const outer = Math.floor((this.thread.z + 0.5) / parts);
    const part = this.thread.z - outer * parts;
    ${centred ? 'const centre = centres[outer][this.thread.y][this.thread.x];' : ''}`,
        'part',
        (index) => `x[outer * count + ${index}][this.thread.y][this.thread.x]`,
      ),
    },
  };
}

function loopOver({ term, join }: FoldDefinition, part: string, read: (index: string) => string): string {
  const index = `(i * ${FOLD_BLOCK} + k) * parts + ${part}`;
  return `
    for (let i = 0; i < blocks; i++) {
      let sum = start;
      for (let k = 0; k < ${FOLD_BLOCK}; k++) {
        if (${index} < count) {
          const value = ${read(index)};
          ${term}
          ${join('sum', 'term')}
        }
      }
      ${join('total', 'sum')}
    }`;
}
