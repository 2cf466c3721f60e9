import { Deferral } from './deferral.ts';
import type { ExecutionPlan, Graph, GraphNode, PlanStep } from './graph.ts';
import { GraphError, UnknownValueError } from './op.ts';
import { allocateData, elementCount, type HostTensor, type TensorDesc } from './tensor.ts';

/** What fills the largest memory there is with numbers of four bytes. */
const MAX_ELEMENTS = 2 ** 30;

/** Larger results are computed when the network runs: folding is for shape arithmetic and small constants. */
const MAX_FOLDED_ELEMENTS = 1 << 20;

/**
 * Fixes the input shapes, infers every other shape and folds what depends on shapes and constants only.
 *
 * Nodes that no output needs are left out of the steps (MNN runs them; nobody sees their results).
 *
 * @param inputShapes by input name; needed where the file declares a dynamic extent (-1). A dynamic
 *   batch is 1 unless given, as in MNN.
 * @throws {GraphError} naming the op, with expected and got
 */
export function createPlan(
  graph: Graph,
  inputShapes: ReadonlyMap<string, readonly number[]> = new Map(),
): ExecutionPlan {
  checkNames(graph, inputShapes);
  const inputs = graph.inputs.map((input) => ({
    ...input.desc,
    shape: resolveShape(input, inputShapes.get(input.name), graph.fixedSize),
  }));
  return planFor(graph, inputs);
}

/**
 * A plan for these descriptions of the inputs, one per input of the graph. Inputs with a `value` count as known.
 *
 * @throws {GraphError} naming the op, with expected and got
 */
export function planFor(graph: Graph, inputDescs: readonly TensorDesc[]): ExecutionPlan {
  const inputs = graph.inputs.map(({ tensor, name }, i) => ({ tensor, name, desc: inputDescs[i] }));
  const descs = new Map<number, TensorDesc>(inputs.map((input) => [input.tensor, input.desc]));
  for (const [tensor, { shape, dtype, layout, list, data }] of graph.constants) {
    descs.set(tensor, { shape, dtype, layout, list, value: data });
  }
  const live = liveNodes(graph);
  const deferral = new Deferral(graph);
  const pending: Omit<PlanStep, 'release'>[] = [];
  for (const node of graph.nodes) {
    if (!live.has(node.index)) continue;
    const step = deferral.concerns(node) ? undefined : inferOrDefer(node, descs, deferral);
    if (step) pending.push(step);
  }
  const deferred = deferral.finish(descs);
  const kept = new Set(graph.outputs.map((output) => output.tensor));
  for (const { tensor } of deferred?.graph.inputs ?? []) kept.add(tensor);
  const steps = withReleases(dropUnneeded(pending, kept), kept);
  return { graph, inputs, steps, deferred, descs, values: neededValues(steps, graph, descs) };
}

/** As {@link inferNode}; a node that has to wait goes to the deferral. */
function inferOrDefer(
  node: GraphNode,
  descs: Map<number, TensorDesc>,
  deferral: Deferral,
): Omit<PlanStep, 'release'> | undefined {
  try {
    return inferNode(node, descs);
  } catch (error) {
    if (!(error instanceof UnknownValueError)) throw error;
    if (error.inputs.length > 0) {
      deferral.add(node, error);
      return undefined;
    }
    deferral.addResults(node, error);
    return { node, inputs: describe(node, descs), outputs: [] };
  }
}

function describe(node: GraphNode, descs: ReadonlyMap<number, TensorDesc>): (TensorDesc | undefined)[] {
  return node.inputs.map((id) => (id < 0 ? undefined : descs.get(id)));
}

function checkNames(graph: Graph, inputShapes: ReadonlyMap<string, readonly number[]>): void {
  const names = graph.inputs.map((input) => input.name);
  for (const name of inputShapes.keys()) {
    if (!names.includes(name))
      throw new GraphError(`no input is called "${name}"; the model has ${names.join(', ')}`);
  }
}

function resolveShape(
  input: Graph['inputs'][number],
  given: readonly number[] | undefined,
  fixed = false,
): readonly number[] {
  const declared = input.desc.shape;
  if (given === undefined) {
    const shape = declared.map((extent, axis) => (extent < 0 && axis === 0 ? 1 : extent));
    if (shape.some((extent) => extent < 0)) {
      throw new GraphError(`input ${input.name}: its size is dynamic ([${declared}]); give the size to use`);
    }
    return shape;
  }
  if (!given.every((extent) => Number.isSafeInteger(extent) && extent >= 0))
    throw new GraphError(`input ${input.name}: expected whole extents, none negative, got [${given}]`);
  if (fixed && String(given) !== String(declared))
    throw new GraphError(
      `input ${input.name}: expected shape [${declared}], for which the model is saved (--saveStaticModel), got [${given}]`,
    );
  const fits =
    declared.length === 0 ||
    (given.length === declared.length &&
      given.every((extent, axis) => declared[axis] < 0 || axis === 0 || declared[axis] === extent));
  if (!fits)
    throw new GraphError(`input ${input.name}: expected shape [${declared}] (-1 is free), got [${given}]`);
  return given;
}

/** Nodes that some output depends on. */
function liveNodes(graph: Graph): Set<number> {
  const live = new Set<number>();
  const stack = graph.outputs.map((output) => output.tensor);
  while (stack.length > 0) {
    const node = graph.producer.get(stack.pop()!);
    if (node === undefined || live.has(node.index)) continue;
    live.add(node.index);
    stack.push(...node.inputs.filter((id) => id >= 0));
  }
  return live;
}

/** Describes a node's outputs; returns the step unless the node could be folded. */
function inferNode(node: GraphNode, descs: Map<number, TensorDesc>): Omit<PlanStep, 'release'> | undefined {
  const where = `${node.name} (${node.definition.name})`;
  const inputs = describe(node, descs);
  const outputs = node.definition.shape(node.attributes, inputs, where);
  if (outputs.length < node.outputs.length) {
    throw new GraphError(
      `${where}: expected ${outputs.length} output tensors, the model wires ${node.outputs.length}`,
    );
  }
  for (const desc of outputs) checkExtents(desc, where);
  const used = outputs.slice(0, node.outputs.length);
  const folded = used.every((desc) => desc.value !== undefined) ? used : fold(node, inputs, outputs);
  for (const [i, id] of node.outputs.entries()) descs.set(id, (folded ?? used)[i]);
  return folded ? undefined : { node, inputs, outputs };
}

function checkExtents(desc: TensorDesc, where: string): void {
  const count = elementCount(desc.shape);
  if (count > MAX_ELEMENTS)
    throw new GraphError(
      `${where}: the output shape [${desc.shape}] has ${count} elements, more than can be computed`,
    );
  if (desc.shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) return;
  throw new GraphError(
    `${where}: the output shape [${desc.shape}] is not possible; the input may be too small`,
  );
}

function fold(
  node: GraphNode,
  inputs: readonly (TensorDesc | undefined)[],
  outputs: readonly TensorDesc[],
): TensorDesc[] | undefined {
  if (node.definition.control?.(node.attributes)) return undefined;
  const known = inputs.every((desc) => desc === undefined || desc.value !== undefined);
  const small = outputs.every((desc) => elementCount(desc.shape) <= MAX_FOLDED_ELEMENTS);
  if (!known || !small) return undefined;
  const results = outputs.map((desc) => hostOf(desc, allocateData(desc.dtype, elementCount(desc.shape))));
  const sources = inputs.map((desc) => desc && hostOf(desc, desc.value!));
  try {
    node.definition.reference(node.attributes, sources, results);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new GraphError(`${node.name} (${node.definition.name}): ${message}`, { cause: error });
  }
  return outputs.map((desc, i) => ({ ...desc, value: results[i].data }));
}

/** The description's content as a tensor. */
function hostOf({ shape, dtype, layout, list }: TensorDesc, data: HostTensor['data']): HostTensor {
  return { shape, dtype, layout, list, data };
}

/** Folding can make earlier steps useless (a network's part of which only the shape was asked). */
function dropUnneeded(
  steps: readonly Omit<PlanStep, 'release'>[],
  results: ReadonlySet<number>,
): Omit<PlanStep, 'release'>[] {
  const needed = new Set(results);
  const kept: Omit<PlanStep, 'release'>[] = [];
  for (const step of [...steps].reverse()) {
    if (!step.node.outputs.some((id) => needed.has(id))) continue;
    for (const [i, id] of step.node.inputs.entries()) {
      if (id >= 0 && !readsShapeOnly(step, i)) needed.add(id);
    }
    kept.push(step);
  }
  return kept.reverse();
}

function readsShapeOnly(step: Omit<PlanStep, 'release'>, input: number): boolean {
  return step.inputs[input]?.value !== undefined;
}

function withReleases(steps: readonly Omit<PlanStep, 'release'>[], kept: ReadonlySet<number>): PlanStep[] {
  const last = new Map<number, number>();
  for (const [i, { node, inputs }] of steps.entries()) {
    for (const id of node.outputs) last.set(id, i);
    for (const [k, id] of node.inputs.entries())
      if (id >= 0 && inputs[k]?.value === undefined) last.set(id, i);
  }
  const release = steps.map(() => [] as number[]);
  for (const [id, step] of last) if (!kept.has(id)) release[step].push(id);
  return steps.map((step, i) => ({ ...step, release: release[i] }));
}

function neededValues(
  steps: readonly PlanStep[],
  graph: Graph,
  descs: ReadonlyMap<number, TensorDesc>,
): Map<number, HostTensor> {
  const ids = [...steps.flatMap((step) => step.node.inputs), ...graph.outputs.map((output) => output.tensor)];
  const values = new Map<number, HostTensor>();
  for (const id of ids) {
    const desc = descs.get(id);
    if (desc?.value !== undefined) values.set(id, hostOf(desc, desc.value));
  }
  return values;
}
