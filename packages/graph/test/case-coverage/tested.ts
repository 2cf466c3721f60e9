import {
  allocateData,
  buildGraph,
  elementCount,
  type OpCaseInput,
  type OpDefinition,
  type TensorDesc,
} from '@mnnquant/graph';
import { edgeCases } from '../../src/edge-cases.ts';
import { emptyCases } from '../../src/empty-cases.ts';

import type { GoldenCase, GoldenInput } from '../golden/golden-case.ts';
import { goldenModel } from '../golden/golden-model.ts';
import { GOLDEN } from '../golden/index.ts';

/** An input of a case, of either kind. */
export interface TestedInput {
  readonly shape: readonly number[];
  readonly dtype: NonNullable<OpCaseInput['dtype']>;
  readonly layout: NonNullable<OpCaseInput['layout']>;
  readonly data: readonly number[];
  /** Shapes of the elements of a list. */
  readonly elements: readonly (readonly number[])[];
}

/** One op that was run: a conformance case, or one that MNN answered. */
export interface Tested {
  readonly attributes: unknown;
  readonly inputs: readonly (TestedInput | undefined)[];
  /** Shapes of what came out, where this is known without MNN. */
  readonly outputs: readonly (readonly number[])[];
}

/** Every case of an op. */
export function testedCases(definition: OpDefinition): Tested[] {
  const own = [...definition.cases(), ...emptyCases(definition), ...edgeCases(definition)].map(
    ({ attributes, inputs }) => ({
      attributes,
      inputs: inputs.map((input) => input && described(input)),
      outputs: outputShapes(definition, attributes, inputs),
    }),
  );
  return [...own, ...(golden().get(definition.name) ?? [])];
}

function outputShapes(
  definition: OpDefinition,
  attributes: unknown,
  inputs: readonly (OpCaseInput | undefined)[],
): (readonly number[])[] {
  const descs = inputs.map((input): TensorDesc | undefined => {
    if (input === undefined) return undefined;
    const { shape, dtype = 'float32', layout = 'NCHW', data = [], list } = input;
    const value = allocateData(dtype, elementCount(shape));
    value.set(data);
    return { shape, dtype, layout, list, value };
  });
  return definition.shape(attributes, descs, definition.name).map(({ shape }) => shape);
}

let byOp: Map<string, Tested[]> | undefined;

function golden(): Map<string, Tested[]> {
  if (byOp !== undefined) return byOp;
  byOp = new Map();
  for (const item of Object.values(GOLDEN).flat()) {
    const { name, tested } = goldenCase(item);
    byOp.set(name, [...(byOp.get(name) ?? []), tested]);
  }
  return byOp;
}

function goldenCase(item: GoldenCase): { name: string; tested: Tested } {
  const { definition, attributes } = buildGraph(goldenModel([item]).net).nodes.at(-1)!;
  const inputs = item.inputs.filter(({ same }) => same === undefined).map(described);
  return { name: definition.name, tested: { attributes, inputs, outputs: [] } };
}

function described(input: OpCaseInput | GoldenInput): TestedInput {
  const { shape, dtype = 'float32', layout = 'NCHW', list } = input;
  const data = input.data ?? (elementCount(shape) > 0 ? [1, -1] : []);
  return { shape, dtype, layout, data, elements: list?.elements.map((element) => element ?? []) ?? [] };
}

/** Attributes that the file gives, by name, with the values that the cases have of them. */
export function attributeValues(cases: readonly Tested[]): Map<string, Set<string>> {
  const seen = new Map<string, Set<string>>();
  const visit = (prefix: string, value: unknown): void => {
    if (isTable(value)) {
      for (const [name, part] of Object.entries(value)) visit(prefix ? `${prefix}.${name}` : name, part);
      return;
    }
    // An op without attributes.
    if (prefix === '') return;
    const values = seen.get(prefix) ?? new Set();
    seen.set(prefix, values.add(textOf(value)));
  };
  for (const { attributes } of cases) visit('', attributes);
  // What only some have: its parts say what it has.
  for (const name of seen.keys())
    if ([...seen.keys()].some((other) => other.startsWith(`${name}.`))) seen.delete(name);
  return seen;
}

function isTable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function textOf(value: unknown): string {
  if (!ArrayBuffer.isView(value)) return JSON.stringify(value) ?? 'none';
  return String(Array.from(value as unknown as ArrayLike<number>));
}
