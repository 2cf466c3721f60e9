import { type LoopParam, OpType, opTypeName, type RegionCommand } from '@mnnquant/mnn-format';
import { dtypeOf, layoutOf } from '../../format.ts';
import { GraphError, type ParseContext } from '../../op.ts';
import type { HostTensor, TensorData, TensorDesc } from '../../tensor.ts';
import { binaryFunction } from '../binary-op.ts';
import { UNARY_FUNCTIONS } from '../unary-op.ts';

/** Where a command reads or writes in a turn: `offset + step * turn` (or a tensor's number of that turn), then strides. */
interface Place {
  /** Number of the tensor in the loop's own list. */
  readonly tensor: number;
  readonly offset: number;
  readonly step: number;
  readonly strides: readonly number[];
  /** Number of the tensor that says which step to take; -1: the turn itself. */
  readonly turns: number;
}

/** One computation on views of three dimensions; the first place is the result's. */
interface Command {
  readonly kind: 'copy' | 'unary' | 'binary' | 'product';
  /** `UnaryOpOperation` or `BinaryOpOperation`. */
  readonly operation: number;
  readonly size: readonly [number, number, number];
  readonly places: readonly Place[];
  /** What joins the result with what was there before (`BinaryOpOperation`); -1 for nothing. */
  readonly fuse: number;
}

/** A loop as MNN's geometry stage writes it into models that are decomposed already. */
export interface CompiledLoop {
  readonly kind: 'compiled';
  readonly turns: number;
  /** Numbers of the op's inputs and outputs in the loop's own list. */
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly described: readonly TensorDesc[];
  readonly commands: readonly Command[];
  /** Outputs that start at 0, and copies to make before the first turn. */
  readonly zeroed: readonly number[];
  readonly prepare: readonly Command[];
}

/** @throws {GraphError} where the loop's own list and the op's wiring do not fit, or a command is of no known kind */
export function compiledLoop(param: LoopParam, context: ParseContext): CompiledLoop {
  const { where, inputCount, outputCount } = context;
  const inputs = Array.from(param.inputIndexes ?? []);
  const outputs = Array.from(param.outputIndexes ?? []);
  const infos = context.described ? [] : (param.extraTensorInfos ?? []);
  const own = infos.map(({ blob }): TensorDesc => {
    if (blob === undefined) throw new GraphError(`${where}: an output has no description`);
    const shape = Array.from(blob.dims ?? []);
    return { shape, dtype: dtypeOf(blob.dataType, where), layout: layoutOf(blob.dataFormat, where) };
  });
  const described = context.described?.map(({ desc }) => desc) ?? own;
  if (inputs.length !== inputCount || outputs.length !== outputCount || described.length !== outputCount)
    throw new GraphError(
      `${where}: expected a loop with ${inputCount} inputs and ${outputCount} described outputs, ` +
        `got ${inputs.length} and ${outputs.length} of which ${described.length} are described`,
    );
  const first = param.initCommand ?? [];
  return {
    kind: 'compiled',
    turns: param.loopNumber,
    inputs,
    outputs,
    described,
    commands: (param.commands ?? []).map((command) => parseCommand(command, where)),
    zeroed: first.filter(({ op }) => op === undefined).map(({ indexes }) => indexes?.[0] ?? -1),
    prepare: first.filter(({ op }) => op !== undefined).map((command) => parseCommand(command, where)),
  };
}

function parseCommand(
  { op, size, indexes, view, steps, iterIndexes, fuse }: RegionCommand,
  where: string,
): Command {
  const extents = Array.from(size ?? []);
  if (op === undefined || extents.length !== 3 || indexes === undefined || view?.length !== indexes.length)
    throw new GraphError(`${where}: expected a command with an op, three extents and a view per tensor`);
  const places = Array.from(
    indexes,
    (tensor, i): Place => ({
      tensor,
      offset: view[i].offset,
      step: steps?.[i] ?? 0,
      strides: Array.from(view[i].stride ?? [0, 0, 0]),
      turns: iterIndexes?.[i] ?? -1,
    }),
  );
  const shared = { size: extents as [number, number, number], places, fuse };
  if (op.main?.type === 'BinaryOp' && op.type === OpType.BinaryOp)
    return { kind: 'binary', operation: op.main.value.opType, ...shared };
  if (op.type === OpType.MatMul) return { kind: 'product', operation: 0, ...shared };
  if (op.type !== OpType.UnaryOp)
    throw new GraphError(`${where}: cannot run ${opTypeName(op.type)} as the command of a loop`);
  if (op.main?.type === 'UnaryOp') return { kind: 'unary', operation: op.main.value.opType, ...shared };
  return { kind: 'copy', operation: 0, ...shared };
}

/** Runs the turns one after the other (CPULoop in CPURaster.cpp, MNN 3.6.1). */
export function runCompiledLoop(
  loop: CompiledLoop,
  inputs: readonly (HostTensor | undefined)[],
  outputs: readonly HostTensor[],
): void {
  const tensors = new Map<number, HostTensor>();
  for (const [i, id] of loop.inputs.entries()) if (inputs[i]) tensors.set(id, inputs[i]);
  for (const [i, id] of loop.outputs.entries()) tensors.set(id, outputs[i]);
  for (const id of loop.zeroed) tensors.get(id)?.data.fill(0);
  // Copies before the first turn have no steps.
  for (const command of loop.prepare) runCommand(command, tensors, 0);
  for (let turn = 0; turn < loop.turns; turn++)
    for (const command of loop.commands) runCommand(command, tensors, turn);
}

/** A view into a tensor, at its place of this turn. */
interface Window {
  readonly data: TensorData;
  readonly start: number;
  readonly strides: readonly number[];
}

function runCommand(command: Command, tensors: ReadonlyMap<number, HostTensor>, turn: number): void {
  const windows = command.places.map((place) => windowOf(place, tensors, turn));
  const [target, ...sources] = windows;
  const join = command.fuse >= 0 ? binaryFunction(command.fuse, 'float32') : undefined;
  const integer = tensors.get(command.places[1].tensor)?.dtype === 'int32';
  const compute = computation(command, sources, integer ? 'int32' : 'float32');
  const [depth, rows, columns] = command.size;
  // Of a product the middle dimension is summed over.
  const height = command.kind === 'product' ? 1 : rows;
  for (let z = 0; z < depth; z++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < columns; x++) {
        const at = position(target, z, y, x);
        if (at < 0 || at >= target.data.length) continue;
        const value = compute(z, y, x);
        target.data[at] = join ? join(target.data[at], value) : value;
      }
}

function windowOf(
  { tensor, offset, step, strides, turns }: Place,
  tensors: ReadonlyMap<number, HostTensor>,
  turn: number,
): Window {
  const found = tensors.get(tensor);
  if (found === undefined)
    throw new GraphError(`a loop's command uses tensor ${tensor}, which nothing holds`);
  const place = turns >= 0 ? (tensors.get(turns)?.data[turn] ?? 0) : turn;
  return { data: found.data, start: offset + step * place, strides };
}

function position({ start, strides }: Window, z: number, y: number, x: number): number {
  return start + z * strides[0] + y * strides[1] + x * strides[2];
}

type Compute = (z: number, y: number, x: number) => number;

function computation(
  { kind, operation, size }: Command,
  sources: readonly Window[],
  dtype: 'int32' | 'float32',
): Compute {
  // What lies outside of a tensor reads as 0: an index of a Gather that no row has.
  const read = (source: Window, z: number, y: number, x: number): number =>
    source.data[position(source, z, y, x)] ?? 0;
  const [a, b, c] = sources;
  switch (kind) {
    case 'copy':
      return (z, y, x) => read(a, z, y, x);
    case 'unary': {
      const apply = UNARY_FUNCTIONS[operation];
      return (z, y, x) => apply(read(a, z, y, x));
    }
    case 'binary': {
      const apply = binaryFunction(operation, dtype);
      return (z, y, x) => apply(read(a, z, y, x), read(b, z, y, x));
    }
    case 'product':
      return (z, _, x) => {
        let sum = c ? read(c, z, 0, x) : 0;
        for (let k = 0; k < size[1]; k++) sum += read(a, z, k, x) * read(b, z, k, x);
        return sum;
      };
  }
}

/** A matrix product per turn: A [turns, e, l] by B [turns, l, h], as GeometryBatchMatMul.cpp writes it. */
export const BATCH_PRODUCT: CompiledLoop = {
  kind: 'compiled',
  turns: 2,
  inputs: [0, 1],
  outputs: [2],
  described: [{ shape: [2, 3, 5], dtype: 'float32', layout: 'NCHW' }],
  commands: [
    {
      kind: 'product',
      operation: 0,
      size: [3, 4, 5],
      fuse: -1,
      places: [
        { tensor: 2, offset: 0, step: 15, strides: [5, 0, 1], turns: -1 },
        { tensor: 0, offset: 0, step: 12, strides: [4, 1, 0], turns: -1 },
        { tensor: 1, offset: 0, step: 20, strides: [0, 5, 1], turns: -1 },
      ],
    },
  ],
  zeroed: [],
  prepare: [],
};
