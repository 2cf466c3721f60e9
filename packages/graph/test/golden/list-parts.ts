import { DataType } from '@mnnquant/mnn-format';
import type { SmallOp } from '../support/small-net.ts';
import { main } from './golden-case.ts';
import { scalar } from './net-parts.ts';

type Fields = Parameters<typeof main<'TensorArray'>>[1];

export function op(
  type: SmallOp['type'],
  inputs: readonly string[],
  to: string,
  fields: Fields = {},
): SmallOp {
  return { type, inputs, outputs: [to], main: main('TensorArray', fields) };
}

/** An empty list as ONNX has it. */
export const emptyList = (name: string): SmallOp[] => [
  scalar(`${name}_length`, 0),
  {
    type: 'TensorArray',
    inputs: [`${name}_length`],
    outputs: [`${name}_handle`, name],
    main: main('TensorArray', { dynamic_size: true }),
  },
];

/** Tensors as the elements of a list. */
export const listOf = (name: string, ...tensors: string[]): SmallOp[] => [
  ...emptyList(`${name}0`),
  ...tensors.flatMap((tensor, i) => [
    scalar(`${name}_at${i}`, i),
    op('TensorArrayWrite', [`${name}${i}`, `${name}_at${i}`, tensor, `${name}${i}`], `${name}${i + 1}`),
  ]),
];

/** The same ops with another name for what they make. */
export const renamed = (ops: readonly SmallOp[], from: string, to: string): SmallOp[] =>
  ops.map((each) => ({ ...each, outputs: each.outputs.map((name) => (name === from ? to : name)) }));

export const append = (from: string, tensor: string, to: string): SmallOp[] => [
  op('TensorArraySize', [from, from], `${to}_at`),
  op('TensorArrayInsert', [from, `${to}_at`, tensor, from], to),
];

export const stack = (from: string, to: string): SmallOp =>
  op('TensorArrayConcat', [from, from], to, { axis: 0, new_axis: true });

export const join = (from: string, to: string): SmallOp =>
  op('TensorArrayConcat', [from, from], to, { axis: 0 });

export const asFloat = (from: string, to: string): SmallOp => ({
  type: 'Cast',
  inputs: [from],
  outputs: [to],
  main: main('CastParam', { srcT: DataType.DT_INT32, dstT: DataType.DT_FLOAT }),
});
