import { buildGraph, createPlan, type ExecutionPlan, type Graph } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import { checkConstants } from '../broken-constants.ts';
import type { Config } from '../config/schema.ts';
import { type InferenceModel, inferenceModel } from '../inference-model.ts';
import type { SampleSource } from '../samples/opened.ts';
import { type Skips, skipsOf } from '../skips.ts';
import { modelWarnings, omittedWarnings } from '../warnings.ts';

/** Receives what a user should know, as soon as it is known. */
export type Warn = (messages: readonly string[]) => void;

/** A model, a config and samples that fit together. */
export interface Job {
  /** With the names of ops in place of patterns. */
  readonly config: Config;
  readonly skips: Skips;
  readonly inference: InferenceModel;
  readonly graph: Graph;
  readonly source: SampleSource;
  readonly plan: ExecutionPlan;
}

/**
 * Everything that can be wrong without reading all samples.
 *
 * @param model the float model with all weights inside
 * @param samples what the config means for the inputs of this network
 * @throws {UsageError} where they do not fit
 * @throws {QuantizeError} where weights are no numbers
 */
export async function prepareJob(
  model: MnnModel,
  given: Config,
  samples: (graph: Graph, config: Config) => SampleSource | Promise<SampleSource>,
  warn: Warn,
): Promise<Job> {
  const inference = inferenceModel(model, given);
  warn([...modelWarnings(model), ...inference.notes]);
  const graph = buildGraph(inference.folded.model, { leaveOutTail: true });
  warn(omittedWarnings(graph));
  const skips = skipsOf(model, graph, inference.folded.into, given.skip_quant_op_names);
  warn(skips.warnings);
  const config = { ...given, skip_quant_op_names: [...skips.names] };
  const source = await samples(graph, config);
  const plan = createPlan(graph, source.shapes);
  warn(checkConstants(plan, config, inference.training));
  return { config, skips, inference, graph, source, plan };
}
