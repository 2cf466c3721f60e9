import { buildGraph, type HostTensor, type TensorDesc } from '@mnnquant/graph';
import type { Net, Op } from '@mnnquant/mnn-format';
import { CONTROL_NETS } from '../../packages/graph/test/golden/control-nets.ts';
import { DATA_SHAPE_NETS } from '../../packages/graph/test/golden/data-shape-nets.ts';
import type { GoldenCase, GoldenInput } from '../../packages/graph/test/golden/golden-case.ts';
import { goldenModel } from '../../packages/graph/test/golden/golden-model.ts';
import { GOLDEN } from '../../packages/graph/test/golden/index.ts';
import { LIST_NETS } from '../../packages/graph/test/golden/list-nets.ts';

const NETWORKS = [CONTROL_NETS, DATA_SHAPE_NETS, LIST_NETS].flatMap((nets) => Object.values(nets));

/** An input; `same` where another one is the same tensor. */
export type GoldenInputDesc = TensorDesc & Pick<GoldenInput, 'same'>;

/** An op that MNN was asked to run, with what it read. */
export interface GoldenOp {
  readonly op: Op;
  readonly inputs: readonly GoldenInputDesc[];
  /** What the file holds, by tensor. */
  readonly constants: ReadonlyMap<number, HostTensor>;
  /** As the graph has parsed them. */
  readonly attributes: unknown;
  /** The model of this op alone. */
  readonly net: Net;
}

/** Every one-op model with an answer of MNN. */
export function goldenOps(): GoldenOp[] {
  return Object.values(GOLDEN).flatMap((cases) => cases.map(goldenOp));
}

/** An op of a golden case, whether MNN answered or not. */
export function goldenOp(item: GoldenCase): GoldenOp {
  const { net } = goldenModel([item]);
  const { nodes, constants } = buildGraph(net);
  const op = net.oplists?.at(-1) as Op;
  const inputs = item.inputs.map(({ shape, dtype = 'float32', layout = 'NCHW', list, same }) => ({
    shape,
    dtype,
    layout,
    same,
    list: list && { elements: list.elements, uniform: list.uniform === true, grows: list.uniform !== true },
  }));
  const attributes = nodes.find(({ source }) => source === op)?.attributes;
  return { op, inputs, constants, attributes, net };
}

/** The small networks with control flow and shapes that depend on the data. */
export function smallNetworks(): Net[] {
  return NETWORKS.map(({ net }) => net);
}

/** Those of them that MNN can run. */
export function answeredNetworks(): ReadonlySet<Net> {
  return new Set(NETWORKS.filter(({ mnnFails }) => mnnFails === undefined).map(({ net }) => net));
}

/** The ops of a network, those of its subgraphs included. */
export function opsOf({ oplists = [], subgraphs = [] }: Net): Op[] {
  return [...oplists, ...subgraphs.flatMap(({ nodes = [] }) => nodes)];
}
