import {
  BinaryOpOperation,
  DataType,
  OpType,
  type RegionCommand,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';
import { type GoldenInput, main } from '../../../packages/graph/test/golden/golden-case.ts';
import {
  binary,
  command,
  compiledLoop,
  copy,
  unary,
} from '../../../packages/graph/test/golden/loop-cases.ts';
import type { Draw, RandomCase } from './draw.ts';
import type { KnownError } from './known-errors.ts';

const { ADD, SUB, MUL, MAXIMUM, MINIMUM } = BinaryOpOperation;
const { NEG, ABS, SQUARE, TANH, SIGMOID, EXP } = UnaryOpOperation;

/** Strides of a view of three dimensions that lie in memory without gaps. */
const dense = ([, rows, columns]: readonly number[]): number[] => [rows * columns, columns, 1];
const product = (shape: readonly number[]): number => shape.reduce((count, extent) => count * extent, 1);

/** Rows by number, as GatherV2 is decomposed; numbers without a row give zeros. */
function gather(draw: Draw): RandomCase {
  const [rows, turns] = [draw.int(1, 5), draw.int(1, 6)];
  const size = draw.list(3, 1, 3);
  const step = product(size);
  const first = draw.pick(-1, rows, 0);
  const indices: GoldenInput = {
    shape: [turns],
    dtype: 'int32',
    data: [first, ...draw.list(turns - 1, 0, rows - 1)],
  };
  const made = command(copy, {
    size,
    views: [
      [2, 0, step, dense(size)],
      [0, 0, step, dense(size)],
    ],
    turns: [-1, 1],
  });
  return compiledLoop([draw.tensor([rows, ...size]), indices], [[turns, ...size]], {
    loopNumber: turns,
    commands: [made],
  });
}

/** Rows to places by number over zeros, as ScatterNd is; of several rows for a place the sum, where they are joined. */
function scatter(draw: Draw): RandomCase {
  const [rows, turns] = [draw.int(1, 5), draw.int(1, 6)];
  const size = draw.list(3, 1, 3);
  const step = product(size);
  const zero = command(undefined, { size, views: [[2, 0, 0, [0, 0, 1]]] });
  const made = command(copy, {
    size,
    views: [
      [2, 0, step, dense(size)],
      [0, 0, step, dense(size)],
    ],
    turns: [1, -1],
    fuse: draw.pick(-1, ADD, SUB),
  });
  return compiledLoop([draw.tensor([turns, ...size]), draw.whole([turns], 0, rows - 1)], [[rows, ...size]], {
    loopNumber: turns,
    commands: [made],
    initCommand: [zero],
  });
}

/** A product of matrices per turn, of which some repeat, with each way to lay them out, and a bias. */
function matrices(draw: Draw): RandomCase {
  const [turns, e, l, h] = [draw.int(1, 4), ...draw.list(3, 2, 5)];
  const [transposeA, transposeB, transposeC, bias] = [draw.bool(), draw.bool(), draw.bool(), draw.bool()];
  const [stepA, stepB] = [draw.pick(0, e * l), draw.pick(0, l * h)];
  const inputs: GoldenInput[] = [
    { shape: [turns, ...(transposeA ? [l, e] : [e, l])] },
    { shape: [turns, ...(transposeB ? [h, l] : [l, h])] },
    ...(bias ? [{ shape: [h] }] : []),
  ];
  const op = { type: OpType.MatMul, main: main('MatMul', { transposeA, transposeB }) };
  const made = command(op, {
    size: [e, l, h],
    views: [
      [inputs.length, 0, e * h, transposeC ? [1, 0, e] : [h, 0, 1]],
      [0, 0, stepA, transposeA ? [1, e, 0] : [l, 1, 0]],
      [1, 0, stepB, transposeB ? [0, 1, l] : [0, h, 1]],
      ...(bias ? [[2, 0, 0, [0, 0, 1]] as const] : []),
    ],
  });
  return compiledLoop(inputs, [[turns, ...(transposeC ? [h, e] : [e, h])]], {
    loopNumber: turns,
    commands: [made],
    parallel: draw.bool(),
  });
}

/** A function of a slice per turn, read by any strides, into its own place or joined with what was there. */
function map(draw: Draw): RandomCase {
  const turns = draw.int(1, 4);
  const size = draw.list(3, 1, 4);
  const [fuse, joined] = draw.pick([-1, false], [ADD, true], [MUL, true], [SUB, true]);
  const order = draw.shuffled([0, 1, 2]);
  const stored = order.map((axis) => size[axis]);
  const strides = order.map((_, axis) => dense(stored)[order.indexOf(axis)]);
  const made = command(unary(draw.pick(NEG, ABS, SQUARE, TANH, SIGMOID, EXP)), {
    size,
    views: [
      [1, 0, joined ? 0 : product(size), dense(size)],
      [0, 0, product(size), strides],
    ],
    fuse,
  });
  const zero = command(undefined, { size, views: [[1, 0, 0, [0, 0, 1]]] });
  return compiledLoop([draw.tensor([turns, ...stored])], [joined ? size : [turns, ...size]], {
    loopNumber: turns,
    commands: [made],
    ...(joined && { initCommand: [zero] }),
    parallel: !joined && draw.bool(),
  });
}

/** Two tensors per turn, of which one may repeat along the last dimension. */
function pairs(draw: Draw): RandomCase {
  const turns = draw.int(1, 4);
  const size = draw.list(3, 1, 4);
  const [rows, columns] = size.slice(1);
  const repeat = draw.int(0, 2);
  const views = [1, 2].map((which) => {
    const narrow = which === repeat;
    const shape = narrow ? [size[0], rows, 1] : size;
    return { shape: [turns, ...shape], strides: narrow ? [rows, 1, 0] : [rows * columns, columns, 1] };
  });
  const dtype = draw.pick('float32' as const, 'int32' as const);
  const made = command(binary(draw.pick(ADD, SUB, MUL, MAXIMUM, MINIMUM)), {
    size,
    views: [
      [2, 0, product(size), dense(size)],
      ...views.map(({ shape, strides }, i) => [i, 0, product(shape.slice(1)), strides] as const),
    ],
  });
  return compiledLoop(
    views.map(({ shape }) => ({ shape, dtype })),
    [[turns, ...size]],
    { loopNumber: turns, commands: [made], parallel: draw.bool() },
    dtype === 'int32' ? DataType.DT_INT32 : DataType.DT_FLOAT,
  );
}

/** Sums or products of what came before: each turn reads what the last one wrote. */
function running(draw: Draw): RandomCase {
  const [length, row] = [draw.int(2, 6), draw.int(1, 4)];
  const views = [
    [1, row, row],
    [1, 0, row],
    [0, row, row],
  ] as const;
  const made = command(binary(draw.pick(ADD, MUL)), {
    size: [1, 1, row],
    views: views.map(([tensor, offset, step]) => [tensor, offset, step, [row, row, 1]]),
  });
  const first = command(copy, {
    size: [1, 1, row],
    views: [
      [1, 0, 0, [row, row, 1]],
      [0, 0, 0, [row, row, 1]],
    ],
  });
  return compiledLoop([draw.tensor([length, row])], [[length, row]], {
    loopNumber: length - 1,
    commands: [made],
    initCommand: [first],
  });
}

/** Several commands a turn: a state that a product updates, its history and a function of it, as in a plain RNN. */
function recurrent(draw: Draw): RandomCase {
  const [turns, width] = [draw.int(1, 5), draw.int(2, 5)];
  const line = [width, width, 1];
  // Tensors: x [turns, width], w [width, width], the state [width], the sum [width], the history [turns, width].
  const [x, w, state, sum, history] = [0, 1, 2, 3, 4];
  const op = { type: OpType.MatMul, main: main('MatMul', {}) };
  const size = [1, 1, width];
  const commands = [
    command(op, {
      size: [1, width, width],
      views: [
        [sum, 0, 0, [width, 0, 1]],
        [state, 0, 0, [width, 1, 0]],
        [w, 0, 0, [0, width, 1]],
      ],
    }),
    command(binary(draw.pick(ADD, SUB, MUL, MAXIMUM)), {
      size,
      views: [
        [sum, 0, 0, line],
        [sum, 0, 0, line],
        [x, 0, width, line],
      ],
    }),
    command(unary(draw.pick(TANH, SIGMOID)), {
      size,
      views: [
        [state, 0, 0, line],
        [sum, 0, 0, line],
      ],
    }),
    command(copy, {
      size,
      views: [
        [history, 0, width, line],
        [state, 0, 0, line],
      ],
    }),
  ];
  const zero = command(undefined, { size, views: [[state, 0, 0, [0, 0, 1]]] });
  return compiledLoop(
    [draw.tensor([turns, width]), draw.tensor([width, width])],
    [[width], [width], [turns, width]],
    { loopNumber: turns, commands, initCommand: [zero] },
  );
}

/** Loops as MNN's geometry stage writes them into models that are decomposed already. */
export const compiledLoops = (draw: Draw): RandomCase =>
  draw.pick(gather, scatter, matrices, map, pairs, running, recurrent)(draw);

/** Whether the command has a tensor at two places. */
function differs({ indexes, view = [], steps, iterIndexes }: RegionCommand): boolean {
  const places = view.map(({ offset }, i) => `${offset} ${steps?.[i]} ${iterIndexes?.[i]}`);
  const numbers = Array.from(indexes ?? []);
  return numbers.some((tensor, i) => places[i] !== places[numbers.indexOf(tensor)]);
}

export const LOOP_ERRORS: readonly KnownError[] = [
  {
    type: 'While',
    when: ({ main: table }) => table?.type === 'LoopParam' && table.value.commands?.some(differs) === true,
    why:
      'takes the last place of a tensor for all its places in a command (CPURaster.cpp); its own decompositions ' +
      'give such a tensor two numbers',
  },
];
