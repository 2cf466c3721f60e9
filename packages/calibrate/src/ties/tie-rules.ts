import type { GraphNode } from '@mnnquant/graph';
import { opTypeName } from '@mnnquant/mnn-format';

/**
 * How an op's output relates to its input, where MNN's runtime needs both to have one scale to run
 * it in int8 (CPUBackend.cpp `_supportQuant` and Pipeline.cpp, MNN 3.6.1).
 *
 * - `copy`: the input's values, moved, repeated, left out or joined by padding.
 * - `pool`: maxima or averages of the input's values, so within its range.
 * - `resample`: weighted means; the int8 kernel never rescales.
 * - `rectify`: negative values become zero.
 */
export type TieKind = 'copy' | 'pool' | 'resample' | 'rectify';

export interface TieRule {
  readonly kind: TieKind;
  /** Which inputs carry data; the others are shapes, indices or parameters. */
  readonly inputs: 'first' | 'all';
}

const copyOfFirst: TieRule = { kind: 'copy', inputs: 'first' };
const copyOfAll: TieRule = { kind: 'copy', inputs: 'all' };

/** By MNN's op name. */
const tieRules: Readonly<Record<string, TieRule>> = {
  BatchToSpaceND: copyOfFirst,
  BroadcastTo: copyOfFirst,
  Concat: copyOfAll,
  ConvertTensor: copyOfFirst,
  Crop: copyOfFirst,
  CropAndResize: { kind: 'resample', inputs: 'first' },
  DepthToSpace: copyOfFirst,
  Dropout: copyOfFirst,
  ExpandDims: copyOfFirst,
  Flatten: copyOfFirst,
  Gather: copyOfFirst,
  GatherElements: copyOfFirst,
  GatherND: copyOfFirst,
  GatherV2: copyOfFirst,
  Identity: copyOfFirst,
  Im2Col: copyOfFirst,
  Interp: { kind: 'resample', inputs: 'first' },
  Pack: copyOfAll,
  Padding: copyOfFirst,
  Permute: copyOfFirst,
  Raster: copyOfAll,
  Pooling: { kind: 'pool', inputs: 'first' },
  ReLU: { kind: 'rectify', inputs: 'first' },
  Reshape: copyOfFirst,
  Resize: { kind: 'resample', inputs: 'first' },
  Reverse: copyOfFirst,
  ReverseSequence: copyOfFirst,
  ROIPooling: { kind: 'pool', inputs: 'first' },
  Slice: copyOfFirst,
  SliceTf: copyOfFirst,
  SpaceToBatchND: copyOfFirst,
  SpaceToDepth: copyOfFirst,
  Squeeze: copyOfFirst,
  StridedSlice: copyOfFirst,
  Tile: copyOfFirst,
  Transpose: copyOfFirst,
  Unpack: copyOfFirst,
  Unsqueeze: copyOfFirst,
};

/** The rule for a node; `undefined` where its output may have a scale of its own. */
export function tieRule(node: GraphNode): TieRule | undefined {
  const rule = tieRules[opTypeName(node.source.type)];
  // A leaky ReLU never runs in int8 and scales its output differently.
  if (rule?.kind === 'rectify' && leaky(node)) return undefined;
  return rule;
}

/** Inputs of a node that carry data under a rule; missing optional ones left out. */
export function tiedInputs(node: GraphNode, rule: TieRule): readonly number[] {
  const inputs = rule.inputs === 'all' ? node.inputs : node.inputs.slice(0, 1);
  return inputs.filter((tensor) => tensor >= 0);
}

function leaky(node: GraphNode): boolean {
  const main = node.source.main;
  return main?.type === 'Relu' && main.value.slope !== 0;
}
