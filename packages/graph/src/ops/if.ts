import { type IfParam, type Op, OpType } from '@mnnquant/mnn-format';
import type { ControlBody } from '../control.ts';
import type { Graph } from '../graph.ts';
import { GraphError, type OpDefinition, type ParseContext, UnknownValueError } from '../op.ts';
import type { TensorDesc } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { describeOutputs, ownTensors, positions, sameShape, withoutValue } from './support/subgraphs.ts';

interface Branch {
  readonly graph: Graph;
  /** Per input of the graph, the op's input that goes there. */
  readonly inputs: readonly number[];
  /** Per output of the op, the graph's output that comes from there. */
  readonly outputs: readonly number[];
}

/** The two branches of an If. */
export interface IfAttributes {
  readonly whenTrue: Branch;
  readonly whenFalse: Branch;
}

/**
 * One of two subgraphs: the first where input 0 holds a number above 0 (express/module/IfModule.cpp, MNN 3.6.1).
 *
 * Only the branch that is taken runs. Where the condition is known beforehand, so are the shapes; else both
 * branches must agree on them, or what follows is planned during the run.
 */
export const ifOp: OpDefinition<IfAttributes> = {
  name: 'If',
  opTypes: [OpType.If],
  parse: parseIf,
  shape(attributes, inputs, where) {
    const condition = required(inputs, 0, where).value;
    const describe = ({ graph, inputs: wiring, outputs }: Branch, name: string) => {
      const made = describeOutputs(
        graph,
        wiring.map((position) => inputs[position]),
        `${where}, ${name}`,
      );
      return outputs.map((position) => made[position]);
    };
    if (condition !== undefined) {
      const known = isTrue(condition[0])
        ? describe(attributes.whenTrue, 'then')
        : describe(attributes.whenFalse, 'else');
      return known.map((desc) => desc ?? late(where));
    }
    const [a, b] = [describe(attributes.whenTrue, 'then'), describe(attributes.whenFalse, 'else')];
    return a.map((desc, i) => {
      const other = b[i];
      return desc && other && sameShape(desc, other) ? withoutValue(desc) : late(where);
    });
  },
  reference: () => {
    throw new GraphError('If runs subgraphs; it has no reference of its own');
  },
  control: runIf,
  cases: () => [],
};

function late(where: string): TensorDesc {
  throw new UnknownValueError(where, []);
}

function isTrue(value: number | undefined): boolean {
  return value !== undefined && value > 0;
}

function parseIf(op: Op, context: ParseContext): IfAttributes {
  if (op.main?.type !== 'IfParam')
    throw new GraphError(`${context.where}: expected an IfParam parameter, got ${op.main?.type ?? 'none'}`);
  const { then_graph, else_graph, aliases_outputs } = op.main.value;
  if (aliases_outputs !== undefined && aliases_outputs.length !== context.outputCount)
    throw new GraphError(
      `${context.where}: expected names for ${context.outputCount} outputs, got ${aliases_outputs.length}`,
    );
  return {
    whenTrue: branch(op.main.value, context.subgraph(then_graph), 0, context),
    whenFalse: branch(op.main.value, context.subgraph(else_graph), 1, context),
  };
}

function branch(
  { aliases_inputs = [], aliases_outputs }: IfParam,
  graph: Graph,
  which: 0 | 1,
  { where, outputCount }: ParseContext,
): Branch {
  const inputs = graph.inputs.map(({ name }) => {
    const position = aliases_inputs.findIndex(({ data }) => data?.includes(name));
    if (position < 0)
      throw new GraphError(`${where}: no input of the op is given the name ${name}, which a branch reads`);
    return position;
  });
  // Without names the outputs go by position, as the converter writes it for ONNX.
  const names = aliases_outputs?.map(({ data }) => data?.[which] ?? '');
  const found = names
    ? positions(names, graph.outputs)
    : graph.outputs.slice(0, outputCount).map((_, i) => i);
  const outputs = found.map((position, i) => {
    if (position === undefined)
      throw new GraphError(`${where}: the branch has no output "${names?.[i]}" for output ${i}`);
    return position;
  });
  if (outputs.length < outputCount)
    throw new GraphError(`${where}: expected ${outputCount} outputs of a branch, got ${outputs.length}`);
  return { graph, inputs, outputs };
}

function runIf({ whenTrue, whenFalse }: IfAttributes): ControlBody {
  return async (inputs, runtime) => {
    const [condition] = await runtime.download(inputs[0]!);
    const { graph, inputs: wiring, outputs } = isTrue(condition) ? whenTrue : whenFalse;
    const made = await runtime.runGraph(
      graph,
      wiring.map((position) => inputs[position]),
    );
    const chosen = outputs.map((position) => made[position]);
    for (const tensor of new Set(made))
      if (!chosen.includes(tensor) && !inputs.includes(tensor)) runtime.free(tensor);
    return ownTensors(chosen, inputs, runtime);
  };
}
