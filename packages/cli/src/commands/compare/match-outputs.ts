import type { ExecutionPlan, GraphOutput } from '@mnnquant/graph';

/** An output of both models. */
export interface OutputPair {
  readonly a: GraphOutput;
  readonly b: GraphOutput;
  /** Whether their names differ and they were matched by their position. */
  readonly byPosition: boolean;
}

export interface OutputMatch {
  readonly pairs: readonly OutputPair[];
  /** What a user should know: pairs with different names, outputs without a partner and why. */
  readonly notes: readonly string[];
}

/**
 * Which outputs belong together: those of one name, else those at the same place with the same shape. Two outputs of
 * one name and different shapes are not compared.
 */
export function matchOutputs(a: ExecutionPlan, b: ExecutionPlan): OutputMatch {
  const [ours, theirs] = [a.graph.outputs, b.graph.outputs];
  const pairs: OutputPair[] = [];
  const notes: string[] = [];
  const taken = new Set(ours.filter(({ name }) => theirs.some((other) => other.name === name)));
  const names = new Set([...taken].map(({ name }) => name));
  for (const [position, output] of ours.entries()) {
    const byName = theirs.find(({ name }) => name === output.name);
    const other = byName ?? theirs[position];
    if (other === undefined || (byName === undefined && names.has(other.name))) {
      notes.push(`the output ${output.name} is only in the first model`);
      continue;
    }
    const [shape, otherShape] = [shapeOf(a, output), shapeOf(b, other)];
    const agrees = shape === otherShape && (byName !== undefined || shape !== UNKNOWN);
    if (agrees || (byName && [shape, otherShape].includes(UNKNOWN))) {
      pairs.push({ a: output, b: other, byPosition: byName === undefined });
      if (byName === undefined)
        notes.push(
          `the outputs ${output.name} and ${other.name} are taken for the same one: at the same place, shape ${shape}`,
        );
    } else
      notes.push(
        `the outputs ${output.name} ${shape} and ${other.name} ${otherShape} have different shapes and are not compared`,
      );
  }
  const used = new Set(pairs.map((pair) => pair.b.name));
  const compared = new Set(ours.map(({ name }) => name));
  for (const { name } of theirs)
    if (!used.has(name) && !compared.has(name)) notes.push(`the output ${name} is only in the second model`);
  return { pairs, notes };
}

const UNKNOWN = '[?]';

function shapeOf(plan: ExecutionPlan, { tensor }: GraphOutput): string {
  const desc = plan.descs.get(tensor) ?? plan.values.get(tensor);
  return desc === undefined ? UNKNOWN : `[${desc.shape.join(',')}]`;
}
