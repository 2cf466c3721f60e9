import { type GraphInput, MNN_DTYPES, MNN_LAYOUTS } from '@mnnquant/graph';
import { type Net, OpType } from '@mnnquant/mnn-format';
import { UsageError } from '../errors.ts';
import { didYouMean } from '../samples/input-names.ts';
import { shapeProblem } from '../samples/input-shapes.ts';
import type { InspectedInput } from './inspection.ts';

export interface InspectedInputs {
  readonly inputs: readonly InspectedInput[];
  /** Of every input, where none is missing. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Inputs whose size is open, with what can be given. */
  readonly missing: readonly { readonly name: string; readonly example: string }[];
}

/**
 * The inputs of the main graph. An open batch is 1, as in MNN; numbers of a type without a shape are single ones
 * where they are whole, and not known where they are not.
 *
 * @throws {UsageError} where a shape does not fit, or names no input
 */
export function inspectInputs(net: Net, given: ReadonlyMap<string, readonly number[]>): InspectedInputs {
  const declared = declaredInputs(net);
  const names = declared.map(({ name }) => name);
  for (const name of given.keys()) {
    if (!names.includes(name))
      throw new UsageError(
        `--shape: no input is called "${name}"${didYouMean(name, names) || `; the model has ${names.join(', ') || 'none'}`}`,
      );
  }
  const inputs = declared.map((input) => withShape(input, given.get(input.name)));
  const missing = inputs
    .filter(({ shape }) => shape === undefined)
    .map(({ name, declared }) => ({ name, example: example(declared) }));
  const shapes = new Map(inputs.flatMap(({ name, shape }) => (shape ? [[name, shape] as const] : [])));
  return { inputs, shapes, missing };
}

function withShape(input: InspectedInput, given: readonly number[] | undefined): InspectedInput {
  const { name, declared, dtype, layout } = input;
  if (given !== undefined) {
    const desc: GraphInput['desc'] = { shape: declared, dtype, layout };
    const problem = shapeProblem({ tensor: 0, name, desc }, given);
    if (problem) throw new UsageError(`--shape: ${name}: ${problem}`);
    return { ...input, shape: given };
  }
  if (declared.length === 0 && dtype === 'float32') return input;
  const shape = declared.map((extent, axis) => (extent < 0 && axis === 0 ? 1 : extent));
  return shape.some((extent) => extent < 0) ? input : { ...input, shape };
}

/** Sizes that somebody can change. */
function example(declared: readonly number[]): string {
  if (declared.length === 0) return '1,…';
  return declared.map((extent, axis) => (extent >= 0 ? extent : axis === 0 ? 1 : 'N')).join(',');
}

function declaredInputs({ oplists = [], tensorName = [] }: Net): InspectedInput[] {
  return oplists.flatMap(({ type, name, main, outputIndexes }) => {
    if (type !== OpType.Input || main?.type !== 'Input') return [];
    const { dims, dtype, dformat } = main.value;
    const tensor = outputIndexes?.[0] ?? -1;
    return [
      {
        name: tensorName[tensor] || name || `input_${tensor}`,
        dtype: MNN_DTYPES[dtype] ?? 'float32',
        layout: MNN_LAYOUTS[dformat] ?? 'NCHW',
        declared: Array.from(dims ?? []),
      },
    ];
  });
}
