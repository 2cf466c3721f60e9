import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { explain } from '../config/explain.ts';
import { messageOf } from '../errors.ts';

const shape = z.array(z.int().check(z.minimum(1)));
const entry = z.object({ name: z.string().check(z.minLength(1)), shape: z.optional(shape) });
const schema = z.object({
  inputs: z._default(z.array(entry), []),
  outputs: z._default(z.array(z.string()), []),
});

/** What a sample's `input.json` says. */
export interface InputJson {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly outputs: readonly string[];
}

export const INPUT_JSON = 'input.json';

/**
 * Reads the `input.json` of a sample's folder, which may be absent.
 *
 * @throws {Error} where it is damaged or names an input that the model has not
 */
export async function readInputJson(
  folder: string,
  names: readonly string[],
): Promise<InputJson | undefined> {
  const text = await readFile(join(folder, INPUT_JSON), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new Error(`${INPUT_JSON}: cannot be read: ${messageOf(error)}`, { cause: error });
  });
  return text === undefined ? undefined : parseInputJson(text, names);
}

/**
 * The content of an `input.json`.
 *
 * @throws {Error} where it is damaged or names an input that the model has not
 */
export function parseInputJson(text: string, names: readonly string[]): InputJson {
  const { inputs, outputs } = parse(text);
  const unknown = inputs.find(({ name }) => !names.includes(name));
  if (unknown)
    throw new Error(`${INPUT_JSON}: no input is called "${unknown.name}"; the model has ${names.join(', ')}`);
  const shapes = inputs.flatMap(({ name, shape: given }): [string, number[]][] =>
    given ? [[name, given]] : [],
  );
  return { shapes: new Map(shapes), outputs };
}

function parse(text: string): z.infer<typeof schema> {
  let raw: unknown;
  try {
    raw = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error(`${INPUT_JSON}: not valid JSON: ${messageOf(error)}`, { cause: error });
  }
  const { data, error } = schema.safeParse(raw);
  if (data) return data;
  throw new Error(
    `${INPUT_JSON}: ${explain(error.issues[0], raw)}; it is to look like {"inputs": [{"name": …, "shape": […]}]}`,
  );
}
