import type { MnnModel, Net, Op, SubGraphProto } from '@mnnquant/mnn-format';
import type { ChannelStatistics } from './affine.ts';
import { type FoldReport, OpFolder } from './fold-ops.ts';

/** A model without BatchNorm, and what became of its layers (names of ops). */
export interface FoldedModel {
  readonly model: MnnModel;
  /** BatchNorm layers that went into a convolution. */
  readonly folded: readonly string[];
  /** BatchNorm layers that became a Scale. */
  readonly asScale: readonly string[];
  /** ReLU and ReLU6 behind folded layers that became a flag of the convolution. */
  readonly rectifiers: readonly string[];
  readonly dropouts: readonly string[];
  /** The convolutions that each of `folded` and `rectifiers` went into: several for one in groups. */
  readonly into: ReadonlyMap<string, readonly string[]>;
  /** By op index of `model`: the op's index in the model that was folded. */
  readonly origins: readonly number[];
}

/**
 * Makes an inference model of one that was converted for training, which MNN's CPU cannot run.
 *
 * A BatchNorm behind a convolution or deconvolution that nothing else reads (or behind the Concat of
 * several, as groups are written) goes into its weights and bias, a ReLU or ReLU6 behind that becomes the
 * convolution's flag; any other BatchNorm becomes a Scale. Dropout is taken out (an Identity where it writes an output of the model). The ops that are
 * left keep their names, tensors their ids and names; ids of tensors in between are no longer written.
 * A model with neither comes back as it is.
 *
 * @param statistics by op index (position in `net.oplists`): mean and variance to be used instead of
 *   the stored ones
 * @throws {BatchNormError} naming the layer that cannot be folded
 */
export function foldBatchNorm(
  model: MnnModel,
  statistics: ReadonlyMap<number, ChannelStatistics> = new Map(),
): FoldedModel {
  const { net } = model;
  const report: FoldReport = { folded: [], asScale: [], rectifiers: [], dropouts: [], into: new Map() };
  const subgraphs = net.subgraphs?.map((graph) => foldSubgraph(graph, report));
  const { ops: oplists, origins } = foldOps(net.oplists ?? [], namedOutputs(net), report, statistics);
  const changed = report.folded.length + report.asScale.length + report.dropouts.length > 0;
  return {
    model: changed ? { ...model, net: { ...net, oplists, subgraphs } } : model,
    ...report,
    origins,
  };
}

function foldSubgraph(graph: SubGraphProto, report: FoldReport): SubGraphProto {
  if (!graph.nodes) return graph;
  return { ...graph, nodes: foldOps(graph.nodes, graph.outputs ?? [], report).ops };
}

function foldOps(
  ops: readonly Op[],
  outputs: Iterable<number>,
  report: FoldReport,
  statistics?: ReadonlyMap<number, ChannelStatistics>,
): ReturnType<OpFolder['finish']> {
  const folder = new OpFolder(ops, outputs, report);
  for (const [index, op] of ops.entries()) folder.add(op, index, statistics?.get(index));
  return folder.finish();
}

/** Tensors that nobody reads are outputs too, which the folder sees by itself. */
function namedOutputs({ outputName = [], tensorName = [] }: Net): Set<number> {
  const names = new Set(outputName);
  const tensors = [...tensorName.keys()];
  return new Set(tensors.filter((tensor) => names.has(tensorName[tensor]!)));
}
