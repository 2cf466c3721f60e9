import type { ExecutionPlan } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';

/** An output whose size depends on the data, such as the boxes that are left of many. */
export interface ReplacedOutput {
  readonly name: string;
  /** What it is made of. */
  readonly by: readonly string[];
}

export interface FixedOutputs {
  readonly names: readonly string[];
  readonly replaced: readonly ReplacedOutput[];
}

/**
 * What two networks can be compared by: the outputs; in place of those whose sizes depend on the data, and so differ between networks that
 * are as good, the tensors that they are made of and whose sizes are fixed.
 */
export function fixedOutputs(plan: ExecutionPlan): FixedOutputs {
  const names = new Set<string>();
  const replaced: ReplacedOutput[] = [];
  for (const { name, tensor } of plan.graph.outputs) {
    const by = isFixed(plan, tensor) ? undefined : fixedBefore(plan, tensor);
    for (const one of by ?? [name]) names.add(one);
    if (by !== undefined) replaced.push({ name, by });
  }
  return { names: [...names], replaced };
}

/** What a user should know of it. */
export function replacedNote({ name, by }: ReplacedOutput): string {
  const how = by.length > 0 ? `compared by ${by.join(', ')}, of which it is made` : 'not compared';
  return `the size of the output ${name} depends on the data: it is ${how}`;
}

/** The model with other outputs. */
export function withOutputs(model: MnnModel, names: readonly string[]): MnnModel {
  return { ...model, net: { ...model.net, outputName: names } };
}

function isFixed({ descs, values }: ExecutionPlan, tensor: number): boolean {
  return descs.has(tensor) || values.has(tensor);
}

/** Names of the last tensors of fixed size before a tensor, in the order in which ops read them; none that is given or constant. */
function fixedBefore(plan: ExecutionPlan, tensor: number): string[] {
  const { graph, values } = plan;
  const given = new Set(graph.inputs.map((input) => input.tensor));
  const found = new Set<string>();
  const seen = new Set<number>();
  const look = (id: number): void => {
    for (const input of graph.producer.get(id)?.inputs ?? []) {
      if (seen.has(input) || given.has(input) || values.has(input) || graph.constants.has(input)) continue;
      seen.add(input);
      if (isFixed(plan, input)) found.add(graph.tensorNames[input]!);
      else look(input);
    }
  };
  look(tensor);
  return [...found];
}
