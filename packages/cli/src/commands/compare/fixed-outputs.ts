import type { ExecutionPlan, Graph, GraphOutput } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';

/** An output that networks are not compared by itself. */
export interface ReplacedOutput {
  readonly name: string;
  /** Its size depends on the data, such as that of the boxes that are left of many; or another tensor has its name, or it has none. */
  readonly because: 'size' | 'name';
  /** What it is made of. */
  readonly by: readonly string[];
}

export interface FixedOutputs {
  readonly names: readonly string[];
  readonly replaced: readonly ReplacedOutput[];
}

/**
 * What two networks can be compared by: the outputs; in place of those whose sizes depend on the data, and so differ between networks that
 * are as good, the tensors that they are made of and whose sizes are fixed. Where something is replaced, all outputs are asked for by
 * name (`withOutputs`), so that each has to have one.
 */
export function fixedOutputs(plan: ExecutionPlan): FixedOutputs {
  const { outputs } = plan.graph;
  if (outputs.every(({ tensor }) => isFixed(plan, tensor)))
    return { names: outputs.map(({ name }) => name), replaced: [] };
  const unique = uniqueNames(plan.graph);
  const names = new Set<string>();
  const replaced: ReplacedOutput[] = [];
  for (const output of outputs) {
    const because = reasonAgainst(plan, output);
    const by = because === undefined ? [output.name] : fixedBefore(plan, output.tensor, unique);
    for (const one of by) names.add(one);
    if (because !== undefined) replaced.push({ name: output.name, because, by });
  }
  return { names: [...names], replaced };
}

/** What a user should know of it. */
export function replacedNote({ name, because, by }: ReplacedOutput): string {
  const why =
    because === 'size'
      ? `the size of the output ${name} depends on the data`
      : `the output ${name} has no name of its own`;
  return `${why}: it is ${by.length > 0 ? `compared by ${by.join(', ')}, of which it is made` : 'not compared'}`;
}

/** Names that one tensor has, and no other: by them it can be made an output. */
export function uniqueNames({ tensorNames }: Pick<Graph, 'tensorNames'>): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const name of tensorNames) counts.set(name, (counts.get(name) ?? 0) + 1);
  return new Set([...counts].filter(([name, count]) => name !== '' && count === 1).map(([name]) => name));
}

/** The model with other outputs. */
export function withOutputs(model: MnnModel, names: readonly string[]): MnnModel {
  return { ...model, net: { ...model.net, outputName: names } };
}

function isFixed({ descs, values }: ExecutionPlan, tensor: number): boolean {
  return descs.has(tensor) || values.has(tensor);
}

/** Of two tensors of one name, the first is the output that a model names. */
function reasonAgainst(
  plan: ExecutionPlan,
  { name, tensor }: GraphOutput,
): ReplacedOutput['because'] | undefined {
  if (!isFixed(plan, tensor)) return 'size';
  return plan.graph.tensorNames.indexOf(name) === tensor ? undefined : 'name';
}

/**
 * Names of the last tensors of fixed size and a name of their own before a tensor, in the order in which ops read them; none that is given
 * or constant.
 */
function fixedBefore(plan: ExecutionPlan, tensor: number, unique: ReadonlySet<string>): string[] {
  const { graph, values } = plan;
  const given = new Set(graph.inputs.map((input) => input.tensor));
  const found = new Set<string>();
  const seen = new Set<number>();
  const look = (id: number): void => {
    for (const input of graph.producer.get(id)?.inputs ?? []) {
      if (seen.has(input) || given.has(input) || values.has(input) || graph.constants.has(input)) continue;
      seen.add(input);
      const name = graph.tensorNames[input]!;
      if (isFixed(plan, input) && unique.has(name)) found.add(name);
      else look(input);
    }
  };
  look(tensor);
  return [...found];
}
