import { type Prediction, predictInt8 } from '@mnnquant/calibrate';
import type { ExecutionPlan, TensorDesc } from '@mnnquant/graph';
import { listExternalWeights, type MnnModel, type Net, type Op, opTypeName } from '@mnnquant/mnn-format';
import { messageOf } from '../errors.ts';
import { type InspectedInputs, inspectInputs } from './inputs.ts';
import {
  INSPECTION_VERSION,
  type InspectedOp,
  type InspectedSubgraph,
  type InspectedTensor,
  type Inspection,
  type Share,
} from './inspection.ts';
import { inspectMetadata } from './metadata.ts';
import { allParameters, parametersOf } from './parameters.ts';
import { inspectQuantization, isLegacyInt8, tensorScales } from './quantization.ts';
import { type ShapePlan, shapePlan, subgraphNames } from './shape-plan.ts';
import { shapeView } from './shape-view.ts';
import { storedWeights } from './stored-weights.ts';
import { countTypes, inspectWork, stepMultiplyAdds } from './work.ts';

export interface InspectOptions {
  /** Shapes of inputs by name; needed where the file leaves an extent open (a batch is 1 unless given). */
  readonly shapes?: ReadonlyMap<string, readonly number[]>;
}

/**
 * Everything that can be said about a model without running it. Weights may lie in another file: nothing asks for their
 * content.
 *
 * @throws {UsageError} where a shape does not fit an input, or names none
 */
export function inspectModel(model: MnnModel, { shapes = new Map() }: InspectOptions = {}): Inspection {
  const { net } = model;
  const main = net.oplists ?? [];
  const ops = [main, ...(net.subgraphs ?? []).map(({ nodes = [] }) => nodes)].flat();
  const inputs = inspectInputs(net, shapes);
  const found: ShapePlan =
    inputs.missing.length > 0 ? { kept: [], failures: [] } : shapePlan(shapeView(net), inputs.shapes);
  const { prediction, note } = predict(net, found);
  const facts = factsOf(found, prediction);
  const inspected = mainOps(net, facts);
  const partial = found.failures.length > 0 || (found.plan?.deferred?.graph.nodes.length ?? 0) > 0;
  return {
    version: INSPECTION_VERSION,
    inputs: inputs.inputs,
    outputs: outputsOf(net, main, inspected),
    opTypes: countTypes(ops),
    parameters: allParameters(ops),
    ...(found.plan && { work: inspectWork(found.plan, ops, partial) }),
    quantization: inspectQuantization(net, ops, prediction, legacyWork(main, inspected)),
    metadata: inspectMetadata(net, ops),
    ops: inspected,
    subgraphs: (net.subgraphs ?? []).map(inspectSubgraph),
    notes: [...notesOf(model, inputs, found), ...(note ? [note] : [])],
  };
}

/** What a plan tells of the file's ops and tensors. */
interface Facts {
  readonly descs: ReadonlyMap<number, TensorDesc>;
  /** By position of the op. */
  readonly multiplyAdds: ReadonlyMap<number, number>;
  readonly runs: ReadonlyMap<number, { readonly int8: boolean; readonly reason?: string }>;
  /** Whether shapes are known at all. */
  readonly planned: boolean;
}

function factsOf({ plan, kept }: ShapePlan, prediction: Prediction | undefined): Facts {
  return {
    descs: plan?.descs ?? new Map(),
    multiplyAdds: new Map(plan?.steps.map((step) => [kept[step.node.index], stepMultiplyAdds(step)])),
    runs: new Map(prediction?.ops.map(({ node, int8, reason }) => [kept[node], { int8, reason }])),
    planned: plan !== undefined,
  };
}

/** By MNN's rules; only for models with scales, since all others run in float. */
function predict(net: Net, { plan, kept }: ShapePlan): { prediction?: Prediction; note?: string } {
  if (plan === undefined || tensorScales(net).size === 0) return {};
  const own = { ...net, oplists: kept.map((index) => withFloatMark(net.oplists![index])) };
  try {
    return { prediction: predictInt8({ net: own, unknownFields: [] }, plan) };
  } catch (error) {
    return { note: `what MNN runs in int8 cannot be said: ${messageOf(error)}` };
  }
}

/** Float weights in another file are float weights to MNN's rules. */
function withFloatMark(op: Op): Op {
  if (op.main?.type !== 'Convolution2D' || storedWeights(op)?.storage.external !== true) return op;
  if (storedWeights(op)?.storage.storage !== 'float32') return op;
  return { ...op, main: { type: 'Convolution2D', value: { ...op.main.value, weight: new Float32Array(0) } } };
}

function mainOps(net: Net, facts: Facts): InspectedOp[] {
  const scales = tensorScales(net);
  const names = net.tensorName ?? [];
  const tensor = (id: number): InspectedTensor => ({
    name: names[id] || `tensor_${id}`,
    ...described(facts.descs.get(id)),
    ...scaleOf(scales.get(id)),
  });
  return (net.oplists ?? []).map((op, index) => ({
    ...ownFacts(op, index, names),
    outputs: Array.from(op.outputIndexes ?? [], tensor),
    ...(facts.multiplyAdds.has(index) && { multiplyAdds: facts.multiplyAdds.get(index) }),
    ...runsOf(op, facts.runs.get(index)),
  }));
}

/** What does not depend on shapes. */
function ownFacts(op: Op, index: number, names: readonly string[]): Omit<InspectedOp, 'outputs'> {
  const weights = storedWeights(op)?.storage;
  const { count, bytes } = parametersOf(op);
  const subgraphs = subgraphNames(op);
  const type = opTypeName(op.type);
  return {
    index,
    name: op.name || `${type}_${index}`,
    type,
    inputs: Array.from(op.inputIndexes ?? [], (id) => (id < 0 ? '' : names[id] || `tensor_${id}`)),
    parameters: count,
    parameterBytes: bytes,
    ...(weights && { weights }),
    ...(subgraphs.length > 0 && { subgraphs }),
  };
}

function runsOf(
  op: Op,
  predicted: { readonly int8: boolean; readonly reason?: string } | undefined,
): Pick<InspectedOp, 'runs' | 'reason'> {
  if (isLegacyInt8(op)) return { runs: 'int8' };
  if (predicted === undefined) return {};
  const { int8, reason } = predicted;
  return int8 ? { runs: 'int8' } : { runs: 'float', ...(reason !== undefined && { reason }) };
}

function described(desc: TensorDesc | undefined): Partial<InspectedTensor> {
  return desc ? { shape: desc.shape, dtype: desc.dtype, layout: desc.layout } : {};
}

function scaleOf(quant: { scale: number; zero: number } | undefined): Partial<InspectedTensor> {
  return quant ? { scale: quant.scale, zeroPoint: quant.zero } : {};
}

/** The outputs that the file names; those that nobody reads where it names none. */
function outputsOf(net: Net, ops: readonly Op[], inspected: readonly InspectedOp[]): InspectedTensor[] {
  const tensors = inspected.flatMap(({ outputs }) => outputs);
  if (net.outputName && net.outputName.length > 0)
    return net.outputName.map((name) => tensors.find((tensor) => tensor.name === name) ?? { name });
  const read = new Set(ops.flatMap(({ inputIndexes = [] }) => [...inputIndexes]));
  const ids = ops.flatMap(({ outputIndexes = [] }) => [...outputIndexes]);
  return tensors.filter((_, position) => !read.has(ids[position]));
}

function inspectSubgraph({
  name = '',
  inputs,
  outputs,
  tensors = [],
  nodes = [],
}: NonNullable<Net['subgraphs']>[number]): InspectedSubgraph {
  const named = (ids: Int32Array | undefined): string[] =>
    Array.from(ids ?? [], (id) => tensors[id] || `tensor_${id}`);
  return {
    name,
    inputs: named(inputs),
    outputs: named(outputs),
    ops: nodes.map((op, index) => ({
      ...ownFacts(op, index, tensors),
      outputs: named(op.outputIndexes).map((tensor) => ({ name: tensor })),
    })),
  };
}

function legacyWork(ops: readonly Op[], inspected: readonly InspectedOp[]): Share | undefined {
  if (inspected.every(({ multiplyAdds }) => multiplyAdds === undefined)) return undefined;
  const sum = (of: readonly InspectedOp[]): number =>
    of.reduce((total, { multiplyAdds = 0 }) => total + multiplyAdds, 0);
  return { int8: sum(inspected.filter((_, index) => isLegacyInt8(ops[index]))), total: sum(inspected) };
}

function notesOf(
  { net, unknownFields }: MnnModel,
  { missing }: InspectedInputs,
  { failures, plan, kept }: ShapePlan,
): string[] {
  const ops = net.oplists ?? [];
  const named = (index: number): string =>
    `${ops[index].name || `op ${index}`} (${opTypeName(ops[index].type)})`;
  const lost = plan === undefined ? 0 : ops.length - kept.length - failures.length;
  const external = listExternalWeights(net).length;
  return [
    ...missing.map(
      ({ name, example }) =>
        `the model leaves the size of ${name} open, so shapes, multiply-adds and memory are not known: --shape ${name}=${example}`,
    ),
    // A reason may begin with the name itself.
    ...failures.map(({ index, reason }) => {
      const place = `${named(index)}: `;
      return `no shapes behind ${place}${reason.startsWith(place) ? reason.slice(place.length) : reason}`;
    }),
    ...(lost > 0 ? [`${lost} ${lost === 1 ? 'op follows' : 'ops follow'} without a shape`] : []),
    ...deferredNotes(plan),
    ...(net.subgraphs?.length
      ? [
          `shapes and multiply-adds inside of ${counted(net.subgraphs.length, 'subgraph')} depend on the caller and are not counted`,
        ]
      : []),
    ...(external > 0 ? [`${counted(external, 'table')} of weights lie in a weight file`] : []),
    ...unknownFields.map(({ place, slot }) => `${place}: field ${slot} is newer than this release knows`),
  ];
}

function deferredNotes(plan: ExecutionPlan | undefined): string[] {
  const waiting = plan?.deferred;
  if (waiting === undefined) return [];
  return [
    `${counted(waiting.graph.nodes.length, 'op')} whose shapes depend on the data, from ${waiting.causes.map(({ node }) => node.name).join(', ')} on`,
  ];
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
