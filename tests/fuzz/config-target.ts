import { checkConfig, parseConfig } from '../../packages/cli/src/config/check.ts';
import { configSchema, KNOWN_KEYS, keyNotes } from '../../packages/cli/src/config/schema.ts';
import { damaged } from './bytes.ts';
import type { Random } from './random.ts';

const WHOLE = [
  '{"format": "RGB", "mean": [127.5, 127.5, 127.5], "normal": [0.0078, 0.0078, 0.0078], "width": 8, "height": 6, "path": "photos/", "used_image_num": 5, "feature_quantize_method": "KL", "weight_quantize_method": "MAX_ABS"}',
  '{"path": "x", "input_type": "sequence", "inputs": [{"name": "a", "shape": [1, 2], "value": 0.5}], "skip_quant_op_names": ["a*", "type:Convolution"]} // end',
  '{\n  "path": "x", /* why */ "feature_quantize_method": "EMA", "batch_size": 4, "bn": "train", "debug": true,\n}',
].map((text) => new TextEncoder().encode(text));

const TEXTS = [
  '',
  '\u0000',
  '\u001b[31m',
  '\ud800',
  '\udcff\ud800',
  '\u202e',
  'KL',
  'RGB',
  'sequence',
  '../..',
  'x'.repeat(5000),
  '__proto__',
  'constructor',
  'toString',
  '\u{1f600}',
];
const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '0.5',
  '1e999',
  '-1e999',
  '1e-999',
  '9007199254740993',
  '4294967296',
  '127',
  '128',
  '1e21',
];
const DEEPEST = 6;

function value(random: Random, depth = 0): string {
  switch (random.below(depth > DEEPEST ? 5 : 8)) {
    case 0:
      return random.pick(['true', 'false', 'null']);
    case 1:
    case 2:
      return random.pick(NUMBERS);
    case 3:
    case 4:
      return JSON.stringify(random.pick(TEXTS));
    case 5:
    case 6:
      return `[${list(random, () => value(random, depth + 1))}]`;
    default:
      return object(random, depth + 1);
  }
}

function list(random: Random, make: () => string): string {
  return Array.from({ length: random.below(random.once(8) ? 40 : 5) }, make).join(
    random.once(60) ? ' ' : ', ',
  );
}

/** A key of the schema, one nearly so, or anything. */
function key(random: Random): string {
  if (random.once(6)) return random.pick([...TEXTS, 'name', 'shape', 'value', 'hasOwnProperty']);
  const known = random.pick(KNOWN_KEYS);
  if (!random.once(4)) return known;
  const at = random.below(known.length);
  return known.slice(0, at) + random.pick(['', '_', 'X', known[at]! + known[at]!]) + known.slice(at + 1);
}

function object(random: Random, depth: number): string {
  return `{${list(random, () => `${JSON.stringify(key(random))}: ${value(random, depth)}`)}}`;
}

/** Brackets in brackets: what recurses runs out of stack. */
function deep(random: Random): string {
  const depth = random.pick([10, 100, 2000, 20_000]);
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['{"inputs":[', ']}'],
    ['[[{"mean":', '}]]'],
  ]);
  const text = open.repeat(depth) + (random.once(2) ? `1${close.repeat(depth)}` : '');
  return random.once(2) ? text : `{"path": "x", "inputs": ${text}}`;
}

/** Mostly right, so that what comes behind the first check is reached. */
function nearlyRight(random: Random): string {
  const given: Record<string, string> = { path: '"x"' };
  for (const [name, schema] of Object.entries(configSchema.shape)) {
    const examples = keyNotes.get(schema)?.examples ?? [];
    if (examples.length > 0 && random.once(4)) given[name] = JSON.stringify(random.pick(examples));
  }
  if (random.once(2)) given[random.pick(KNOWN_KEYS)] = value(random);
  return `{${Object.entries(given).map(([name, text]) => `${JSON.stringify(name)}: ${text}`)}}`;
}

function text(random: Random): string {
  switch (random.below(8)) {
    case 0:
      return value(random);
    case 1:
    case 2:
      return object(random, 0);
    case 3:
    case 4:
      return new TextDecoder().decode(damaged(WHOLE, random));
    case 5:
      return random.once(10) ? deep(random) : object(random, 0);
    default:
      return nearlyRight(random);
  }
}

/** A config as text, and every other time what it holds as an object. */
export function config(random: Random): string {
  const given = text(random);
  const problems = () => (random.once(10) ? ['path: expected a folder, got nothing'] : []);
  if (random.once(2)) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(given);
    } catch {
      parsed = undefined;
    }
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
      checkConfig(parsed as Record<string, unknown>, 'config', problems);
      return 'taken as an object';
    }
  }
  parseConfig(given, 'config.json', problems);
  return 'taken';
}
