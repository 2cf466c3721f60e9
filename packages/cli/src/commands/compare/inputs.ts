import type { InputShapes } from '@mnnquant/calibrate';
import type { Graph, GraphInput, Sample, TensorData } from '@mnnquant/graph';
import { UsageError } from '../../errors.ts';

/** The input of the second model that takes what one of the first takes. */
export interface MatchedInput {
  readonly name: string;
  /** Where one model has channels last and the other has not: which axis of the first's tensor each axis is. */
  readonly axes?: readonly number[];
}

/** By the name of the first model's input. */
export type MatchedInputs = ReadonlyMap<string, MatchedInput>;

const TO_CHANNELS_LAST = [0, 2, 3, 1];
const TO_CHANNELS_FIRST = [0, 3, 1, 2];

/**
 * Which inputs belong together: those of one name, else those at the same place.
 *
 * @throws {UsageError} where the models do not take the same tensors
 */
export function matchInputs(a: Graph, b: Graph): MatchedInputs {
  const list = ({ inputs }: Graph): string =>
    inputs.map(({ name, desc }) => `${name} ${desc.dtype} [${desc.shape}]`).join(', ');
  const differ = new UsageError(
    `the models do not take the same inputs: the first has ${list(a)}; the second has ${list(b)}`,
  );
  if (a.inputs.length !== b.inputs.length) throw differ;
  const pairs = a.inputs.map((input, position) => {
    const other = b.inputs.find(({ name }) => name === input.name) ?? b.inputs[position]!;
    const matched = matchInput(input, other);
    if (matched === undefined) throw differ;
    return [input.name, matched] as const;
  });
  if (new Set(pairs.map(([, { name }]) => name)).size !== pairs.length) throw differ;
  return new Map(pairs);
}

function matchInput({ desc }: GraphInput, { name, desc: other }: GraphInput): MatchedInput | undefined {
  if (desc.dtype !== other.dtype) return undefined;
  const [last, otherLast] = [desc, other].map(({ layout }) => layout === 'NHWC');
  const isImage = desc.shape.length === 4 && other.shape.length === 4;
  const axes = last === otherLast || !isImage ? undefined : last ? TO_CHANNELS_FIRST : TO_CHANNELS_LAST;
  const shape = axes?.map((axis) => desc.shape[axis]!) ?? desc.shape;
  const fits = shape.length === 0 || other.shape.length === 0 || isSameShape(shape, other.shape);
  return fits ? { name, ...(axes && { axes }) } : undefined;
}

/** The batch is free, and so is what one of the models leaves open. */
function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return (
    a.length === b.length && a.every((extent, i) => i === 0 || extent < 0 || b[i]! < 0 || extent === b[i])
  );
}

/** Shapes for the second model. */
export function shapesForSecond(shapes: InputShapes, inputs: MatchedInputs): InputShapes {
  const entries = [...shapes].map(([name, shape]) => {
    const { name: other, axes } = inputs.get(name)!;
    return [other, axes?.map((axis) => shape[axis]!) ?? shape] as const;
  });
  return new Map(entries);
}

/** A sample for the second model. @param shapes of the first model's inputs */
export function sampleForSecond(sample: Sample, shapes: InputShapes, inputs: MatchedInputs): Sample {
  const entries = [...sample].map(([name, data]) => {
    const { name: other, axes } = inputs.get(name)!;
    return [other, axes ? permuted(data, shapes.get(name)!, axes) : data] as const;
  });
  return new Map(entries);
}

/** x [four axes] -> y, whose axis i is axis `axes[i]` of x. */
function permuted(data: TensorData, shape: readonly number[], axes: readonly number[]): TensorData {
  const strides = shape.map((_, axis) =>
    shape.slice(axis + 1).reduce((product, extent) => product * extent, 1),
  );
  const [n, p, q, r] = axes.map((axis) => shape[axis]!) as [number, number, number, number];
  const [sn, sp, sq, sr] = axes.map((axis) => strides[axis]!) as [number, number, number, number];
  const result = data.slice();
  let at = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < p; j++)
      for (let k = 0; k < q; k++)
        for (let l = 0; l < r; l++) result[at++] = data[i * sn + j * sp + k * sq + l * sr]!;
  return result;
}
