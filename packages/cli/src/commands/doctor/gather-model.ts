import { findsZeroPoints, int8Candidates, multiplyAdds } from '@mnnquant/calibrate';
import {
  buildGraph,
  createPlan,
  type ExecutionPlan,
  type Graph,
  type GraphNode,
  peakActivationBytes,
} from '@mnnquant/graph';
import { decodeConvolutionWeights, type MnnModel, opTypeName } from '@mnnquant/mnn-format';
import { type ImageInput, imageInput } from '../../check-input.ts';
import { parseConfig } from '../../config/check.ts';
import type { Config } from '../../config/schema.ts';
import { messageOf, UsageError } from '../../errors.ts';
import { inferenceModel } from '../../inference-model.ts';
import { emaConfig } from '../../method-config.ts';
import { readSource } from '../../read-source.ts';
import { inputEntries } from '../../samples/constant-inputs.ts';
import { skipsOf } from '../../skips.ts';
import { modelWarnings, omittedWarnings } from '../../warnings.ts';
import type { FirstLayer, ModelFacts, Work } from './facts.ts';

/** What is known of the model, and what samples need. */
export interface GatheredModel {
  readonly facts: ModelFacts;
  /** Where it can be quantized. */
  readonly graph?: Graph;
}

/** What the config means for samples; shapes of the first one, where arrays say them. */
export type InputShapes = ReadonlyMap<string, readonly number[]>;

/**
 * @param given without it the model is looked at alone
 * @throws {UsageError} where the file cannot be read
 */
export function gatherModel(file: string, given: Config | undefined): GatheredModel {
  const config = given ?? parseConfig('{}', 'no config').config;
  let opened: { model: MnnModel; graph: Graph; into: Into };
  try {
    opened = openModel(file, config);
  } catch (error) {
    // A file that is not there is the command line's fault.
    if (error instanceof UsageError) throw error;
    return { facts: { file, problem: messageOf(error), misfits: [], warnings: [], skips: [] } };
  }
  const { model, graph, into } = opened;
  const misfits: string[] = [];
  const attempt = <T>(work: () => T): T | undefined => collecting(misfits, work);
  const skips = given && attempt(() => skipsOf(model, graph, into, given.skip_quant_op_names));
  if (given) attempt(() => inputEntries(graph.inputs, given));
  const image = given?.input_type === 'image' ? attempt(() => imageInput(graph, given)) : undefined;
  const facts: ModelFacts = {
    file,
    misfits,
    warnings: [...modelWarnings(model), ...omittedWarnings(graph), ...(skips?.warnings ?? [])],
    ...(image && { image, firstLayer: firstLayerOf(graph, image) }),
    work: workOf(graph, image && new Map([[image.name, image.shape]]), config, skips?.names ?? []),
    skips: skips?.names ?? [],
    emaBatch: emaConfig(config, graph).batchSize,
  };
  return { facts, graph };
}

type Into = ReadonlyMap<string, readonly string[]>;

function openModel(file: string, config: Config): { model: MnnModel; graph: Graph; into: Into } {
  const { model } = readSource(file);
  const { folded } = inferenceModel(model, config);
  return { model, graph: buildGraph(folded.model, { leaveOutTail: true }), into: folded.into };
}

function collecting<T>(problems: string[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    problems.push(...messageOf(error).split(/\n(?! )/));
    return undefined;
  }
}

/** `undefined` where the shapes are not known, or not possible. */
export function workOf(
  graph: Graph,
  shapes: InputShapes | undefined,
  config: Config,
  skips: readonly string[],
): Work | undefined {
  let plan: ExecutionPlan;
  try {
    plan = createPlan(graph, shapes);
  } catch {
    return undefined;
  }
  const { nodes } = int8Candidates(graph, plan, {
    skip: ({ name }) => skips.includes(name),
    asymmetric: findsZeroPoints(config.feature_quantize_method, config.feature_asymmetric),
  });
  const convolutions = plan.steps.filter(({ node }) => isConvolution(node));
  const float = new Map<string, string[]>();
  for (const { node } of convolutions) {
    const choice = nodes.get(node.index);
    if (choice === 'int8' || choice === undefined) continue;
    float.set(choice.float, [...(float.get(choice.float) ?? []), node.name]);
  }
  const stay = [...float.values()].reduce((sum, { length }) => sum + length, 0);
  return {
    int8: convolutions.length - stay,
    convolutions: convolutions.length,
    float,
    multiplyAdds: plan.steps.reduce((sum, step) => sum + multiplyAdds(step), 0),
    activationBytes: peakActivationBytes(plan),
  };
}

function isConvolution({ source }: GraphNode): boolean {
  return ['Convolution', 'ConvolutionDepthwise'].includes(opTypeName(source.type));
}

/** Ops that bring the same numbers to a layer, or some of them. */
const PASSING: ReadonlySet<string> = new Set([
  'ConvertTensor',
  'Concat',
  'Identity',
  'Padding',
  'Permute',
  'Reshape',
  'Slice',
  'SliceTf',
  'StridedSlice',
  'Transpose',
]);

function firstLayerOf(graph: Graph, image: ImageInput): FirstLayer | undefined {
  const input = graph.inputs.find(({ name }) => name === image.name);
  const seen = new Set([input?.tensor ?? -1]);
  for (const node of graph.nodes) {
    if (!node.inputs.some((id) => seen.has(id))) continue;
    if (isConvolution(node)) return layerOf(node);
    // What normalizes inside of the network leaves nothing to say of the values before it.
    if (!PASSING.has(opTypeName(node.source.type))) return undefined;
    for (const id of node.outputs) seen.add(id);
  }
  return undefined;
}

function layerOf({ name, source }: GraphNode): FirstLayer | undefined {
  if (source.main?.type !== 'Convolution2D') return undefined;
  const { bias } = source.main.value;
  const weights = decodeConvolutionWeights(source.main.value, name);
  if (bias === undefined || bias.length === 0) return undefined;
  const length = (values: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[i]! ** 2;
    return Math.sqrt(sum / bias.length);
  };
  const layer = { name, weights: length(weights), bias: length(bias) };
  return layer.bias > 0 && layer.weights > 0 ? layer : undefined;
}
