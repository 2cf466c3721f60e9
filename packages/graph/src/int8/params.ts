import type { QuantParams } from '../backend.ts';
import type { GraphNode } from '../graph.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { Int8Attributes } from './attributes.ts';
import { dequantizeInto, quantizeInto } from './rounding.ts';

/** What MNN's runtime runs in int8 in place of an op. */
export interface Int8Op<A = unknown> {
  readonly definition: OpDefinition<Int8Attributes<A>>;
  /** Its attributes: those of the float op, and what its tensors stand for. */
  attributes(
    node: GraphNode,
    inputs: readonly (QuantParams | undefined)[],
    outputs: readonly QuantParams[],
  ): Int8Attributes<A>;
  /** Why the runtime computes something else of this one, in words; `undefined` where it does not. */
  refuses?(node: GraphNode): string | undefined;
}

/** One whose attributes are the float op's as they are. */
export function withFloatAttributes<A>(definition: OpDefinition<Int8Attributes<A>>): Int8Op<A> {
  return {
    definition,
    attributes: ({ attributes }, inputs, outputs) => ({ op: attributes as A, inputs, outputs }),
  };
}

/** Params of input `index`. @throws {GraphError} where it has none */
export function inputParams({ inputs }: Int8Attributes<unknown>, index: number, where: string): QuantParams {
  const params = inputs[index];
  if (params === undefined)
    throw new GraphError(`${where}: expected input ${index} to be int8, it has no scale`);
  return params;
}

/** The parts of a definition that are the float op's; no file holds such an op. */
export function likeFloat<A>(
  name: string,
  float: OpDefinition<A>,
): Pick<OpDefinition<Int8Attributes<A>>, 'name' | 'opTypes' | 'parse' | 'shape'> {
  return {
    name,
    opTypes: [],
    parse(_op, { where }) {
      throw new GraphError(`${where}: ${name} is made of a ${float.name} with scales, not read from a file`);
    },
    shape: ({ op }, inputs, where) => float.shape(op, inputs, where),
  };
}

/** The float op on dequantized inputs in float32, its outputs quantized again. */
export function inFloat<A>(float: OpDefinition<A>): OpDefinition<Int8Attributes<A>>['reference'] {
  return (attributes, inputs, outputs) => {
    const wide = inputs.map((input, i) => {
      if (input === undefined) return undefined;
      const data = new Float32Array(input.data.length);
      dequantizeInto(data, input.data, inputParams(attributes, i, float.name));
      return { ...input, data };
    });
    const results = outputs.map((output) => ({ ...output, data: new Float32Array(output.data.length) }));
    float.reference(attributes.op, wide, results);
    for (const [i, { data }] of results.entries()) quantizeInto(outputs[i].data, data, attributes.outputs[i]);
  };
}
