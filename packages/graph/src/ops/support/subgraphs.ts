import type { DeviceTensor } from '../../backend.ts';
import type { ControlRuntime } from '../../control.ts';
import type { Graph } from '../../graph.ts';
import { GraphError } from '../../op.ts';
import { planFor } from '../../plan.ts';
import type { TensorDesc } from '../../tensor.ts';

/** Descriptions of a subgraph's outputs; `undefined` where they depend on the data. */
export function describeOutputs(
  graph: Graph,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): (TensorDesc | undefined)[] {
  const given = graph.inputs.map(({ name }, i) => {
    const desc = inputs[i];
    if (desc === undefined)
      throw new GraphError(`${where}: nothing is wired to the subgraph's input ${name}`);
    return desc;
  });
  const { descs } = planFor(graph, given);
  return graph.outputs.map(({ tensor }) => descs.get(tensor));
}

/** For each of the names, its position in the list; `undefined` for names of something else. */
export function positions(
  aliases: readonly string[],
  list: readonly { readonly name: string }[],
): (number | undefined)[] {
  return aliases.map((alias) => {
    const position = list.findIndex(({ name }) => name === alias);
    return position < 0 ? undefined : position;
  });
}

/** Also of lists: the same elements. */
export function sameShape(a: TensorDesc, b: TensorDesc): boolean {
  return (
    a.dtype === b.dtype &&
    a.shape.length === b.shape.length &&
    a.shape.every((extent, i) => extent === b.shape[i]) &&
    JSON.stringify(a.list) === JSON.stringify(b.list)
  );
}

/** The description without its content: what holds for every turn of a loop. */
export function withoutValue({ shape, dtype, layout, list }: TensorDesc): TensorDesc {
  return { shape, dtype, layout, list };
}

/** The tensors, with a copy in place of each that is an input or stands in the list twice. */
export async function ownTensors(
  tensors: readonly DeviceTensor[],
  inputs: readonly (DeviceTensor | undefined)[],
  runtime: ControlRuntime,
): Promise<DeviceTensor[]> {
  const taken = new Set(inputs);
  const own: DeviceTensor[] = [];
  for (const tensor of tensors) {
    own.push(taken.has(tensor) ? runtime.make(tensor, await runtime.download(tensor)) : tensor);
    taken.add(tensor);
  }
  return own;
}
