import type * as z from 'zod/mini';

/** One line for what zod found: key, expected and got. */
export function explain(issue: z.core.$ZodIssue, raw: unknown): string {
  const key = issue.path.join('.') || 'content';
  const got = issue.path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
    raw,
  );
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

/** A value as it is shown in a message. */
export function describe(value: unknown): string {
  if (Array.isArray(value)) {
    const short = value.length <= 6 && value.every((item) => !Array.isArray(item) || item.every(isPlain));
    return short ? `[${value.map(describeItem).join(',')}]` : `an array of ${value.length}`;
  }
  if (typeof value === 'object' && value !== null) return 'an object';
  // Infinity (1e999) is null in JSON.
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function describeItem(item: unknown): string {
  return Array.isArray(item) ? `[${item.map(describe).join(',')}]` : describe(item);
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}
