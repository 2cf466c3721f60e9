import {
  BinaryOpOperation,
  createTable,
  DataType,
  type LoopParam,
  MNN_DATA_FORMAT,
  type Op,
  OpType,
  type RegionCommand,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { type GoldenCase, input, ints, main } from './golden-case.ts';

/** The views of one command of a compiled loop. */
export interface CommandShape {
  readonly size: readonly number[];
  /** Per tensor, the result first: number, offset, step, strides. */
  readonly views: readonly (readonly [
    tensor: number,
    offset: number,
    step: number,
    strides: readonly number[],
  ])[];
  readonly fuse?: number;
  readonly turns?: readonly number[];
}

export function command(
  op: Partial<Op> | undefined,
  { size, views, fuse = -1, turns }: CommandShape,
): RegionCommand {
  return createTable('RegionCommand', {
    op: op && createTable('Op', op),
    size: Int32Array.from(size),
    indexes: Int32Array.from(views, ([tensor]) => tensor),
    steps: Int32Array.from(views, ([, , step]) => step),
    view: views.map(([, offset, , strides]) =>
      createTable('View', { offset, stride: Int32Array.from(strides) }),
    ),
    iterIndexes: Int32Array.from(turns ?? views.map(() => -1)),
    fuse,
  } as Partial<RegionCommand>);
}

export const copy: Partial<Op> = { type: OpType.UnaryOp };
export const unary = (opType: number): Partial<Op> => ({
  type: OpType.UnaryOp,
  main: main('UnaryOp', { opType: opType as 0 }),
});
export const binary = (opType: number): Partial<Op> => ({
  type: OpType.BinaryOp,
  main: main('BinaryOp', { opType: opType as 0 }),
});
const product: Partial<Op> = { type: OpType.MatMul, main: main('MatMul') };

function loop(
  title: string,
  inputs: GoldenCase['inputs'],
  shape: readonly number[],
  loopNumber: number,
  commands: readonly RegionCommand[],
  initCommand?: readonly RegionCommand[],
): GoldenCase {
  return { title, ...compiledLoop(inputs, [shape], { loopNumber, commands, initCommand }) };
}

/** A loop of commands; its tensors are its inputs, then its outputs. */
export function compiledLoop(
  inputs: GoldenCase['inputs'],
  outputs: readonly (readonly number[])[],
  fields: Partial<LoopParam>,
  dataType: number = DataType.DT_FLOAT,
): Omit<GoldenCase, 'title'> {
  const extraTensorInfos = outputs.map((shape) => {
    const dims = Int32Array.from(shape);
    const blob = createTable('Blob', {
      dims,
      dataFormat: MNN_DATA_FORMAT.NCHW,
      dataType: dataType as 1,
    });
    return createTable('TensorDescribe', { blob });
  });
  return {
    type: 'While',
    inputs,
    outputs: outputs.length,
    main: main('LoopParam', {
      tensorNumber: inputs.length + outputs.length,
      inputIndexes: Int32Array.from(inputs.keys()),
      outputIndexes: Int32Array.from(outputs.keys(), (i) => inputs.length + i),
      extraTensorInfos,
      parallel: false,
      ...fields,
    }),
  };
}

export const LOOPS: readonly GoldenCase[] = [
  loop('rows by index, one of them outside', [input([4, 3]), ints(2, 0, 9, 3)], [4, 3], 4, [
    command(copy, {
      size: [1, 1, 3],
      views: [
        [2, 0, 3, [0, 0, 1]],
        [0, 0, 3, [0, 0, 1]],
      ],
      turns: [-1, 1],
    }),
  ]),
  loop('a product per turn', [input([2, 3, 4]), input([2, 4, 5])], [2, 3, 5], 2, [
    command(product, {
      size: [3, 4, 5],
      views: [
        [2, 0, 15, [5, 0, 1]],
        [0, 0, 12, [4, 1, 0]],
        [1, 0, 20, [0, 5, 1]],
      ],
    }),
  ]),
  loop(
    'sums over the turns, from zero',
    [input([3, 4])],
    [4],
    3,
    [
      command(unary(UnaryOpOperation.SQUARE), {
        size: [1, 1, 4],
        views: [
          [1, 0, 0, [4, 4, 1]],
          [0, 0, 4, [4, 4, 1]],
        ],
        fuse: BinaryOpOperation.ADD,
      }),
    ],
    [command(undefined, { size: [1, 1, 4], views: [[1, 0, 0, [0, 0, 1]]] })],
  ),
  loop('differences of two, a column at a time', [input([3, 4]), input([3, 1])], [3, 4], 3, [
    command(binary(BinaryOpOperation.SUB), {
      size: [1, 1, 4],
      views: [
        [2, 0, 4, [4, 4, 1]],
        [0, 0, 4, [4, 4, 1]],
        [1, 0, 1, [1, 1, 0]],
      ],
    }),
  ]),
];
