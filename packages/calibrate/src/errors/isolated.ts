import {
  createPlan,
  type ExecutionPlan,
  type Graph,
  type GraphNode,
  type QuantParams,
  wiringOf,
} from '@mnnquant/graph';
import type { Prediction } from '../rewrite/predict.ts';
import type { Measured } from './measured.ts';

/** Nodes that compute in int8, alone, what the float network computes beside them. */
export interface IsolatedOp {
  /** In their order; they read tensors of the float network and their own. */
  readonly nodes: readonly GraphNode[];
  /** By tensor of the float network: the one that holds the int8 result as real numbers. */
  readonly results: ReadonlyMap<number, number>;
  /** Tensors of the nodes that are to be rounded as soon as they exist. */
  readonly rounding: ReadonlyMap<number, QuantParams>;
}

/** Names what is new in a graph. */
export interface Fresh {
  /** An id for a tensor. */
  tensor(name: string): number;
  /** An index for a node. */
  node(): number;
}

/**
 * Makes the nodes for ops that are measured together.
 *
 * @param chain nodes of the int8 network, each the only reader of the one before
 * @returns nothing where they cannot be computed alone
 */
export type IsolateOp = (chain: readonly GraphNode[], fresh: Fresh) => IsolatedOp | undefined;

/** The float network with every int8 op beside it, alone. */
export interface IsolatedPlan {
  readonly plan: ExecutionPlan;
  /** By tensor that holds an int8 result: the tensor of the float network. */
  readonly results: ReadonlyMap<number, number>;
  readonly rounding: ReadonlyMap<number, QuantParams>;
}

/**
 * Puts beside each op of the float network that runs in int8 the same op in int8, which reads the float network's
 * tensors. So that both results can be compared when the second exists, the first is kept until then.
 *
 * @param float the plan of the float network
 * @param quantized the plan of the int8 network, for the same shapes
 */
export function withIsolatedOps(
  float: ExecutionPlan,
  quantized: ExecutionPlan,
  prediction: Prediction,
  measured: Measured,
  isolate: IsolateOp,
): IsolatedPlan {
  const names = [...float.graph.tensorNames];
  while (names.length < quantized.graph.tensorNames.length) names.push(`tensor ${names.length}`);
  const fresh = freshIn(names, [float.graph, quantized.graph]);
  const available = positions(float);
  const behind = new Map<number, GraphNode[]>();
  const results = new Map<number, number>();
  const rounding = new Map<number, QuantParams>();
  for (const chain of int8Chains(quantized, prediction, measured)) {
    const inputs = chain.flatMap((node) => [...node.inputs]).filter((id) => id >= 0);
    const made = new Set(chain.flatMap(({ outputs }) => outputs));
    const last = chain.at(-1)!.outputs;
    // What only the int8 network has, such as an op put in between, has no float counterpart.
    if (!inputs.every((id) => made.has(id) || isKnown(float, available, id))) continue;
    const place = Math.max(...[...inputs, ...last].map((id) => available.get(id) ?? -1));
    const op = isolate(chain, fresh);
    if (op === undefined) continue;
    behind.set(place, [...(behind.get(place) ?? []), ...op.nodes]);
    for (const [of, result] of op.results) if (measured.compared.has(of)) results.set(result, of);
    for (const [tensor, params] of op.rounding) rounding.set(tensor, params);
  }
  return { plan: planWith(float, names, behind, results), results, rounding };
}

/** Where the tensors of the float network are made: index of the step; -1 for inputs. */
function positions({ inputs, steps }: ExecutionPlan): Map<number, number> {
  const places = new Map<number, number>(inputs.map(({ tensor }) => [tensor, -1]));
  for (const [at, { node, outputs }] of steps.entries())
    for (const [k, id] of node.outputs.entries()) if (outputs[k] !== undefined) places.set(id, at);
  return places;
}

function isKnown(
  { descs, graph }: ExecutionPlan,
  available: ReadonlyMap<number, number>,
  id: number,
): boolean {
  return available.has(id) || graph.constants.has(id) || descs.get(id)?.value !== undefined;
}

/** Ops in int8 with a row of their own; a ReLU that is alone in reading its input together with what makes that. */
function int8Chains(plan: ExecutionPlan, prediction: Prediction, measured: Measured): GraphNode[][] {
  const int8 = new Set(prediction.ops.filter((op) => op.int8).map(({ node }) => node));
  const rectified = new Map([...measured.counted].map(([input, { tensor }]) => [tensor, input]));
  const chains: GraphNode[][] = [];
  for (const { node } of plan.steps) {
    if (!node.outputs.some((tensor) => measured.compared.has(tensor))) continue;
    const before = plan.graph.producer.get(rectified.get(node.outputs[0] ?? -1) ?? -1);
    const chain = before === undefined || before === node ? [node] : [before, node];
    if (chain.some(({ index }) => int8.has(index))) chains.push(chain);
  }
  return chains;
}

function freshIn(names: string[], graphs: readonly Graph[]): Fresh {
  let next = 1 + Math.max(0, ...graphs.flatMap(({ nodes }) => nodes.map(({ index }) => index)));
  return {
    tensor: (name) => names.push(name) - 1,
    node: () => next++,
  };
}

/** @param behind new nodes by the step of the float plan that they follow */
function planWith(
  float: ExecutionPlan,
  tensorNames: readonly string[],
  behind: ReadonlyMap<number, readonly GraphNode[]>,
  results: ReadonlyMap<number, number>,
): ExecutionPlan {
  const { graph } = float;
  const after = new Map<GraphNode, readonly GraphNode[]>();
  for (const [place, nodes] of behind) if (place >= 0) after.set(float.steps[place]!.node, nodes);
  const nodes = [
    ...(behind.get(-1) ?? []),
    ...graph.nodes.flatMap((node) => [node, ...(after.get(node) ?? [])]),
  ];
  const wanted = [...results.keys()].map((tensor) => ({ tensor, name: tensorNames[tensor] ?? '' }));
  const whole: Graph = {
    ...graph,
    ...wiringOf(nodes),
    tensorNames,
    outputs: [...graph.outputs, ...wanted],
  };
  const shapes = new Map(float.inputs.map(({ name, desc }) => [name, desc.shape]));
  const plan = createPlan(whole, shapes);
  return { ...plan, graph: { ...whole, outputs: graph.outputs }, steps: withMeetings(plan, results) };
}

/**
 * The steps, with tensors released so that both halves of a pair exist when the second was made: the float one is freed
 * by the step behind that, the int8 one, which nobody reads, by its own.
 */
function withMeetings(
  { steps }: ExecutionPlan,
  results: ReadonlyMap<number, number>,
): ExecutionPlan['steps'] {
  const meets = new Map<number, number>();
  const own = steps.map(() => [] as number[]);
  for (const [at, { node }] of steps.entries()) {
    for (const tensor of node.outputs) {
      const float = results.get(tensor);
      if (float === undefined) continue;
      own[at]!.push(tensor);
      meets.set(float, Math.max(meets.get(float) ?? -1, at));
    }
  }
  const release = steps.map((step, at) => step.release.filter((id) => !((meets.get(id) ?? -1) >= at)));
  for (const [at, step] of steps.entries())
    for (const id of step.release) {
      const meeting = meets.get(id) ?? -1;
      // Behind the last step the run itself frees what is left.
      if (meeting >= at) release[meeting + 1]?.push(id);
    }
  return steps.map((step, at) => ({ ...step, release: [...release[at]!, ...own[at]!] }));
}
