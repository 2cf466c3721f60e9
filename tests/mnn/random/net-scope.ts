import { DataType, ReductionType, UnaryOpOperation } from '@mnnquant/mnn-format';
import { main } from '../../../packages/graph/test/golden/golden-case.ts';
import { binary, copy } from '../../../packages/graph/test/golden/net-parts.ts';
import type { SmallOp } from '../../../packages/graph/test/support/small-net.ts';
import type { Draw } from './draw.ts';

/** A tensor of floats. */
export interface Value {
  readonly name: string;
  /** `undefined` where it is known only when the network runs. */
  readonly shape: readonly number[] | undefined;
}

/** What all graphs of a random network share. */
export interface Shared {
  readonly draw: Draw;
  /** A name that nothing else has. */
  fresh(hint: string): string;
}

/** A graph in the making: the main one, or the body of a loop or a branch. */
export class Scope {
  readonly shared: Shared;
  readonly ops: SmallOp[] = [];
  readonly values: Value[] = [];

  constructor(shared: Shared) {
    this.shared = shared;
  }

  get draw(): Draw {
    return this.shared.draw;
  }

  /** Of the last few values, so that ops build upon each other. */
  pick(fits: (value: Value) => boolean = () => true): Value | undefined {
    const found = this.values.filter(fits).slice(-4);
    return found.length > 0 ? this.draw.pick(...found) : undefined;
  }

  keep(name: string, shape: readonly number[] | undefined): Value {
    const value = { name, shape };
    this.values.push(value);
    return value;
  }

  /** Adds an op that makes one value. */
  add(
    shape: readonly number[] | undefined,
    hint: string,
    op: (name: string) => SmallOp | readonly SmallOp[],
  ): Value {
    const name = this.shared.fresh(hint);
    this.ops.push(...[op(name)].flat());
    return this.keep(name, shape);
  }
}

/** Numbers in the file. */
export function constant(scope: Scope, shape: readonly number[], hint = 'const'): string {
  const name = scope.shared.fresh(hint);
  const count = shape.reduce((product, extent) => product * extent, 1);
  scope.ops.push({
    type: 'Const',
    outputs: [name],
    main: main('Blob', {
      dims: Int32Array.from(shape),
      dataType: DataType.DT_FLOAT,
      float32s: scope.draw.floats(count),
    }),
  });
  return name;
}

export function unary(scope: Scope): Value {
  const from = scope.pick()!;
  const { NEG, ABS, TANH, SIGMOID } = UnaryOpOperation;
  const opType = scope.draw.pick(NEG, ABS, TANH, SIGMOID);
  return scope.add(from.shape, 'unary', (name) => {
    const plain = { inputs: [from.name], outputs: [name] };
    return scope.draw.int(0, 3) === 0
      ? { type: 'ReLU', ...plain, main: main('Relu', { slope: scope.draw.pick(0, 0.25) }) }
      : { type: 'UnaryOp', ...plain, main: main('UnaryOp', { opType }) };
  });
}

/** With a value of the same shape, a constant of it, one number, or one per last dimension. */
export function pair(scope: Scope): Value | undefined {
  const { draw } = scope;
  const a = scope.pick();
  if (a === undefined) return undefined;
  const same = scope.pick((value) => value.shape !== undefined && String(value.shape) === String(a.shape));
  const other =
    same && draw.bool()
      ? same.name
      : constant(scope, draw.pick([], [1], a.shape ?? [], a.shape?.slice(-1) ?? []));
  const type = draw.pick('ADD' as const, 'SUB' as const, 'MUL' as const, 'MAXIMUM' as const);
  const inputs = draw.shuffled([a.name, other]);
  return scope.add(a.shape, 'pair', (name) => binary(type, inputs[0], inputs[1], name));
}

/** By a constant matrix, or with another value that fits. */
export function matrixProduct(scope: Scope): Value | undefined {
  const a = scope.pick(({ shape }) => shape?.length === 2);
  if (a?.shape === undefined) return undefined;
  const [rows, depth] = a.shape;
  const fitting = scope.pick(({ shape }) => shape?.length === 2 && shape[0] === depth);
  const columns = scope.draw.int(1, 3);
  const b =
    fitting && scope.draw.bool()
      ? fitting
      : { name: constant(scope, [depth, columns]), shape: [depth, columns] };
  return scope.add([rows, b.shape![1]], 'matmul', (name) => ({
    type: 'MatMul',
    inputs: [a.name, b.name],
    outputs: [name],
    main: main('MatMul'),
  }));
}

export function softmax(scope: Scope): Value | undefined {
  const x = scope.pick(({ shape }) => shape !== undefined && shape.length > 0);
  if (x?.shape === undefined) return undefined;
  const axis = scope.draw.axis(x.shape.length);
  return scope.add(x.shape, 'softmax', (name) => ({
    type: 'Softmax',
    inputs: [x.name],
    outputs: [name],
    main: main('Axis', { axis }),
  }));
}

export function transpose(scope: Scope): Value | undefined {
  const x = scope.pick(({ shape }) => shape !== undefined && shape.length > 1);
  if (x?.shape === undefined) return undefined;
  const { shape } = x;
  const dims = scope.draw.shuffled([...shape.keys()]);
  return scope.add(
    dims.map((axis) => shape[axis]),
    'transpose',
    (name) => ({
      type: 'Permute',
      inputs: [x.name],
      outputs: [name],
      main: main('Permute', { dims: Int32Array.from(dims) }),
    }),
  );
}

/** Two tensors one behind the other: of the same shape, or one twice. */
export function concat(scope: Scope, x: Value, other: Value, hint = 'concat'): Value {
  const axis = x.shape === undefined ? 0 : scope.draw.int(0, x.shape.length - 1);
  const shape =
    x.shape && other.shape && x.shape.map((extent, i) => (i === axis ? extent + other.shape![i] : extent));
  return scope.add(shape, hint, (name) => ({
    type: 'Concat',
    inputs: [x.name, other.name],
    outputs: [name],
    main: main('Axis', { axis }),
  }));
}

function doubled(scope: Scope): Value | undefined {
  const x = scope.pick(
    ({ shape }) => shape !== undefined && shape.length > 0 && shape.every((extent) => extent < 4),
  );
  return x && concat(scope, x, x);
}

/** One op of any of these kinds. */
export function step(scope: Scope): Value {
  const kind = scope.draw.pick(unary, pair, pair, matrixProduct, matrixProduct, softmax, transpose, doubled);
  return kind(scope) ?? unary(scope);
}

/** The sum of all numbers, as one number. */
export function total(scope: Scope, x: Value): string {
  const name = scope.shared.fresh('total');
  const parameter = main('ReductionParam', { operation: ReductionType.SUM, keepDims: false });
  scope.ops.push({ type: 'Reduction', inputs: [x.name], outputs: [name], main: parameter });
  return name;
}

export function copied(scope: Scope, from: string, hint: string): string {
  const name = scope.shared.fresh(hint);
  scope.ops.push(copy(from, name));
  return name;
}
