import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import { configJsonSchema, configJsonSchemaText } from '../src/config/json-schema.ts';
import { configSchema, KNOWN_KEYS } from '../src/config/schema.ts';

const at = (path: string): URL => new URL(`../../../${path}`, import.meta.url);
const committed = readFileSync(at('packages/cli/schema/config.schema.json'), 'utf8');
const validate = new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(committed));

/** Every fenced JSON text of a page that is a whole config. */
function examplesOf(page: string): string[] {
  const blocks = readFileSync(at(page), 'utf8').matchAll(/^```jsonc?\n([\s\S]*?)^```/gm);
  return [...blocks].map(([, text]) => text!).filter((text) => text.includes('"path"'));
}

type Property = { description?: string; default?: unknown; examples?: readonly unknown[] };
const properties = Object.entries(configJsonSchema().properties as Record<string, Property>);

it('the committed schema is the generated one; pnpm --filter mnnquant generate writes it', () => {
  expect(committed).toBe(configJsonSchemaText());
});

describe('every key', () => {
  it.each(properties)('%s has a description and examples that are right', (key, property) => {
    expect(property.description).toMatch(/^\S.*\.$/);
    expect(property.examples?.length).toBeGreaterThan(0);
    for (const example of property.examples ?? [])
      expect(configSchema.shape[key as keyof typeof configSchema.shape].safeParse(example).success).toBe(
        true,
      );
  });

  it('has a default, or none by nature', () => {
    const without = properties.filter(([, property]) => !('default' in property)).map(([key]) => key);
    const ignored = ['model', 'winogradOptForMobile', '$schema'];
    expect(without.sort()).toEqual(['path', 'width', 'height', 'batch_size', ...ignored].sort());
  });

  it('is in it', () => {
    expect(properties.map(([key]) => key)).toEqual(KNOWN_KEYS);
  });
});

describe('a config that is right', () => {
  const pages = ['docs/config.md', 'README.md', 'packages/cli/README.md'];
  const configs = pages.flatMap((page) => examplesOf(page).map((text): [string, string] => [page, text]));
  const digits = readdirSync(at('examples/digits')).filter((name) => name.endsWith('.json'));
  for (const name of digits) {
    const text = readFileSync(at(`examples/digits/${name}`), 'utf8');
    if (text.includes('"path"')) configs.push([`examples/digits/${name}`, text]);
  }

  it('there are some', () => {
    expect(configs.length).toBeGreaterThan(4);
  });

  it.each(configs)('%s: %s', (_, text) => {
    const errors: [] = [];
    const config: unknown = parse(text, errors);
    expect(errors).toEqual([]);
    validate(config);
    expect(validate.errors).toBe(null);
    expect(configSchema.safeParse(config).success).toBe(true);
  });
});

describe('what is wrong', () => {
  it.each([
    [{}, 'path'],
    [{ path: 'a', fromat: 'RGB' }, 'fromat'],
    [{ path: 'a', quant_bits: 9 }, 'quant_bits'],
    [{ path: 'a', mean: [1, 2, 3, 4, 5] }, 'mean'],
    [{ path: 'a', inputs: [{ shape: [1] }] }, 'name'],
  ])('%j is marked', (config, key) => {
    expect(validate(config)).toBe(false);
    expect(JSON.stringify(validate.errors)).toContain(key);
  });
});
