import { MNN_DATA_FORMAT, OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import type { HostTensor } from '../tensor.ts';
import { normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';

export interface LayerNormAttributes {
  /** What is normalized together; empty with groups. */
  readonly axes: readonly number[];
  readonly epsilon: number;
  /** Both or none, one value for every element that is normalized together. */
  readonly gamma: Float32Array | undefined;
  readonly beta: Float32Array | undefined;
  /** Above 1: all but the first dimension is cut into so many parts, each normalized by itself. */
  readonly group: number;
  /** Without the mean: x / sqrt(mean(x²) + ε). */
  readonly rms: boolean;
}

/**
 * (x - mean) / sqrt(variance + ε) · gamma + beta over some axes (CPULayerNorm.cpp, MNN 3.6.1).
 *
 * With two inputs the sum of both is normalized; the outputs are the sum and the normalized sum.
 */
export const layerNorm: OpDefinition<LayerNormAttributes> = {
  name: 'LayerNorm',
  opTypes: [OpType.LayerNorm],
  parse(op, context) {
    const { axis, epsilon, gamma, beta, group, useRMSNorm } = parameter(op, 'LayerNorm', context);
    // Then MNN normalizes along the channels, whatever the axes say.
    const packed = op.defaultDimentionFormat === MNN_DATA_FORMAT.NC4HW4;
    const both = gamma !== undefined && beta !== undefined;
    if (both && gamma.length !== beta.length)
      throw new GraphError(
        `${context.where}: expected as many betas as gammas, ${gamma.length}, got ${beta.length}`,
      );
    return {
      axes: group > 1 ? [] : packed ? [1] : Array.from(axis ?? []),
      epsilon,
      gamma: both ? gamma : undefined,
      beta: both ? beta : undefined,
      group,
      rms: useRMSNorm,
    };
  },
  shape(attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    checkGamma(attributes, shape, where);
    const desc = { shape, dtype, layout };
    return inputs.length > 1 ? [desc, desc] : [desc];
  },
  reference(attributes, inputs, outputs) {
    const x = required(inputs, 0, 'LayerNorm');
    const other = inputs[1];
    const y = outputs[outputs.length - 1];
    let source = x;
    if (other !== undefined) {
      for (let i = 0; i < x.data.length; i++) outputs[0].data[i] = x.data[i] + other.data[i];
      source = outputs[0];
    }
    normalize(attributes, source, y);
  },
  cases: layerNormCases,
};

function checkGamma(attributes: LayerNormAttributes, shape: readonly number[], where: string): void {
  const { gamma, axes, group } = attributes;
  if (group > 1 && shape.slice(1).reduce((product, extent) => product * extent, 1) % group !== 0)
    throw new GraphError(`${where}: [${shape}] does not divide into ${group} groups`);
  if (group <= 1 && axes.length === 0) throw new GraphError(`${where}: expected axes or groups, got none`);
  const inner = innerSize(attributes, shape, where);
  if (gamma !== undefined && gamma.length !== inner)
    throw new GraphError(`${where}: expected ${inner} gammas for [${shape}], got ${gamma.length}`);
}

/** How many elements are normalized together. */
function innerSize({ axes, group }: LayerNormAttributes, shape: readonly number[], where: string): number {
  if (group > 1) return shape.slice(1).reduce((product, extent) => product * extent, 1) / group;
  const places = axes.map((axis) => normalizeAxis(axis, shape.length, where));
  return places.reduce((product, place) => product * shape[place], 1);
}

function normalize(attributes: LayerNormAttributes, x: HostTensor, y: HostTensor): void {
  const inner = innerSize(attributes, x.shape, 'LayerNorm');
  if (inner === 0 || x.data.length === 0) return;
  // The axes last, so that what belongs together lies together.
  const places = new Set(attributes.axes.map((axis) => normalizeAxis(axis, x.shape.length, 'LayerNorm')));
  const order = [...x.shape.keys()].sort((a, b) => Number(places.has(a)) - Number(places.has(b)) || a - b);
  const extents = order.map((axis) => x.shape[axis]);
  const strides = denseStrides(x.shape);
  const moved = { offset: 0, strides: order.map((axis) => strides[axis]) };
  const dense = { offset: 0, strides: denseStrides(extents) };
  const rows = Float64Array.from({ length: x.data.length }, () => 0);
  copyView(x.data, moved, rows, dense, extents);
  for (let first = 0; first < rows.length; first += inner)
    normalizeRow(rows.subarray(first, first + inner), attributes);
  copyView(rows, dense, y.data, moved, extents);
}

function normalizeRow(row: Float64Array, { epsilon, gamma, beta, rms }: LayerNormAttributes): void {
  let sum = 0;
  for (const value of row) sum += value;
  const mean = rms ? 0 : sum / row.length;
  let squares = 0;
  for (const value of row) squares += (value - mean) ** 2;
  const factor = 1 / Math.sqrt(squares / row.length + epsilon);
  for (let i = 0; i < row.length; i++)
    row[i] = (row[i] - mean) * factor * (gamma?.[i] ?? 1) + (beta?.[i] ?? 0);
}

function layerNormCases(): OpCase<LayerNormAttributes>[] {
  const plain = { epsilon: 1e-5, gamma: undefined, beta: undefined, group: 1, rms: false };
  const scaled = (count: number) => ({
    gamma: Float32Array.from({ length: count }, (_, i) => 1 + (i % 3) / 4),
    beta: Float32Array.from({ length: count }, (_, i) => (i % 5) / 8 - 0.2),
  });
  return [
    { title: 'last axis', attributes: { ...plain, axes: [-1] }, inputs: [{ shape: [2, 3, 8] }] },
    {
      title: 'two last axes, gamma and beta',
      attributes: { ...plain, ...scaled(24), axes: [1, 2] },
      inputs: [{ shape: [2, 3, 8] }],
    },
    {
      title: 'an axis in the middle',
      attributes: { ...plain, ...scaled(5), axes: [1] },
      inputs: [{ shape: [2, 5, 3] }],
    },
    { title: 'groups', attributes: { ...plain, axes: [], group: 2 }, inputs: [{ shape: [2, 4, 3, 3] }] },
    {
      title: 'RMS',
      attributes: { ...plain, ...scaled(8), axes: [-1], rms: true },
      inputs: [{ shape: [3, 8] }],
    },
    {
      title: 'of a sum',
      attributes: { ...plain, ...scaled(8), axes: [-1] },
      inputs: [{ shape: [3, 8] }, { shape: [3, 8] }],
    },
    {
      title: 'constant rows',
      attributes: { ...plain, axes: [-1] },
      inputs: [{ shape: [1, 3], data: [2, 2, 2] }],
    },
  ];
}
