import type { DeviceTensor } from '../../backend.ts';
import type { ControlBody, ControlRuntime } from '../../control.ts';
import type { Graph } from '../../graph.ts';
import { GraphError, type ParseContext, UnknownValueError } from '../../op.ts';
import { allocateData, elementCount, type TensorData, type TensorDesc } from '../../tensor.ts';
import { describeOutputs, ownTensors, sameShape, withoutValue } from '../support/subgraphs.ts';

/**
 * A loop as ONNX has it. Inputs: number of turns, condition, states; the body's: turn, condition, states; the
 * body's outputs: condition, states, rows; the op's: states, then each row stacked over the turns.
 */
export interface CountedLoop {
  readonly kind: 'counted';
  readonly body: Graph;
  readonly states: number;
  readonly rows: number;
}

/** Turns whose shapes are worked out one by one, where a state changes its shape from turn to turn. */
const MOST_TURNS = 4096;

const TURN: TensorDesc = { shape: [], dtype: 'int32', layout: 'NCHW' };

/** @throws {GraphError} where the body's inputs or outputs are not as many as the op's ask for */
export function countedLoop(body: Graph, { where, inputCount, outputCount }: ParseContext): CountedLoop {
  const states = inputCount - 2;
  const rows = outputCount - states;
  if (states < 0 || rows < 0)
    throw new GraphError(
      `${where}: expected a number of turns, a condition and states, got ${inputCount} inputs`,
    );
  if (body.inputs.length !== inputCount || body.outputs.length !== 1 + outputCount) {
    throw new GraphError(
      `${where}: expected a body with ${inputCount} inputs and ${1 + outputCount} outputs, ` +
        `got ${body.inputs.length} and ${body.outputs.length}`,
    );
  }
  return { kind: 'counted', body, states, rows };
}

/** Descriptions of the op's outputs. Throws {@link UnknownValueError} where they depend on the data. */
export function describeCountedLoop(
  loop: CountedLoop,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): TensorDesc[] {
  const start = inputs.slice(2, 2 + loop.states).map((desc) => present(desc, where));
  const turns = firstTurns(inputs);
  if (turns === 0) return [...start, ...describeNoRows(loop, inputs, start, where)];
  const known = start.length > 0 && turns !== undefined && start.every(({ value }) => value !== undefined);
  return (
    (known ? undefined : describeSteady(loop, inputs, start, turns, where)) ??
    describeTurns(loop, inputs, start, turns, where)
  );
}

/** The number of turns as far as it is known; 0 when the condition is false from the start. */
function firstTurns([limit, condition]: readonly (TensorDesc | undefined)[]): number | undefined {
  if (condition?.value !== undefined && !(condition.value[0] > 0)) return 0;
  if (limit?.value !== undefined && !(limit.value[0] > 0)) return 0;
  return condition?.value === undefined && condition !== undefined ? undefined : limit?.value?.[0];
}

/** Where no state changes its shape one look at the body tells all; `undefined` where one does. */
function describeSteady(
  loop: CountedLoop,
  inputs: readonly (TensorDesc | undefined)[],
  start: readonly TensorDesc[],
  turns: number | undefined,
  where: string,
): TensorDesc[] | undefined {
  const carried = carriedInputs(loop);
  const states = start.map((desc, i) => (carried.has(2 + i) ? desc : withoutValue(desc)));
  const [condition, ...made] = describeOutputs(loop.body, [TURN, asCondition(inputs[1]), ...states], where);
  const next = made.slice(0, loop.states);
  if (!next.every((desc, i) => desc && sameShape(desc, states[i]))) return undefined;
  const rows = made.slice(loop.states);
  const ends = condition?.value === undefined || !(condition.value[0] > 0);
  if (rows.length > 0 && (ends || turns === undefined)) throw new UnknownValueError(where, []);
  return [
    ...states.map((desc, i) => (carried.has(2 + i) ? desc : withoutValue(next[i]!))),
    ...rows.map((row) => stacked(row, turns!, where)),
  ];
}

/** Inputs that the body hands on as they are: the same in every turn. */
function carriedInputs({ body, states }: CountedLoop): Set<number> {
  const same = new Set<number>();
  for (let i = 0; i < states; i++)
    if (body.outputs[1 + i].tensor === body.inputs[2 + i].tensor) same.add(2 + i);
  return same;
}

/** Turn by turn: states of changing shape, and loops of which all is known. */
function describeTurns(
  loop: CountedLoop,
  inputs: readonly (TensorDesc | undefined)[],
  start: readonly TensorDesc[],
  turns: number | undefined,
  where: string,
): TensorDesc[] {
  if (turns === undefined || turns > MOST_TURNS) throw new UnknownValueError(where, []);
  let states = [...start];
  const rows: TensorDesc[][] = Array.from({ length: loop.rows }, () => []);
  for (let turn = 0; turn < turns; turn++) {
    const at = { ...TURN, value: Int32Array.of(turn) };
    const made = describeOutputs(loop.body, [at, asCondition(inputs[1]), ...states], where);
    const [condition, ...rest] = made.map((desc) => desc ?? late(where));
    states = rest.slice(0, loop.states);
    for (const [k, row] of rest.slice(loop.states).entries()) rows[k].push(row);
    if (condition.value === undefined) throw new UnknownValueError(where, []);
    if (!(condition.value[0] > 0)) break;
  }
  return [...states, ...rows.map((row) => stackedRows(row, where))];
}

function describeNoRows(
  loop: CountedLoop,
  inputs: readonly (TensorDesc | undefined)[],
  start: readonly TensorDesc[],
  where: string,
): TensorDesc[] {
  if (loop.rows === 0) return [];
  const made = describeOutputs(loop.body, [TURN, asCondition(inputs[1]), ...start.map(withoutValue)], where);
  return made.slice(1 + loop.states).map((row) => stacked(row, 0, where));
}

function present(desc: TensorDesc | undefined, where: string): TensorDesc {
  if (desc === undefined) throw new GraphError(`${where}: expected every state to be wired`);
  return desc;
}

function late(where: string): TensorDesc {
  throw new UnknownValueError(where, []);
}

/** The condition as the body sees it; a missing one is always true. */
function asCondition(desc: TensorDesc | undefined): TensorDesc {
  return desc ?? { ...TURN, value: Int32Array.of(1) };
}

function stacked(row: TensorDesc | undefined, turns: number, where: string): TensorDesc {
  const { shape, dtype, layout, list } = row ?? late(where);
  if (list !== undefined) throw new GraphError(`${where}: lists of tensors cannot be stacked over the turns`);
  return { shape: [turns, ...shape], dtype, layout };
}

function stackedRows(rows: readonly TensorDesc[], where: string): TensorDesc {
  const odd = rows.find((row) => !sameShape(row, rows[0]));
  if (odd)
    throw new GraphError(
      `${where}: expected rows of one shape to stack, got [${rows[0].shape}] and [${odd.shape}]`,
    );
  const result = stacked(rows[0], rows.length, where);
  if (rows.some(({ value }) => value === undefined)) return result;
  return {
    ...result,
    value: joined(
      rows.map(({ value }) => value!),
      result,
    ),
  };
}

function joined(parts: readonly TensorData[], { shape, dtype }: TensorDesc): TensorData {
  const precision = parts[0] instanceof Float64Array ? 'float64' : 'float32';
  const data = allocateData(dtype, elementCount(shape), precision);
  for (const [i, part] of parts.entries()) data.set(part, i * part.length);
  return data;
}

/** Runs the turns (express/module/WhileModule.cpp, MNN 3.6.1). */
export function runCountedLoop(loop: CountedLoop): ControlBody {
  return async (inputs, runtime) => {
    const limit = inputs[0] ? (await runtime.download(inputs[0]))[0] : Number.POSITIVE_INFINITY;
    let goesOn = inputs[1] === undefined || (await runtime.download(inputs[1]))[0] > 0;
    const condition = inputs[1] ?? runtime.make(TURN, Int32Array.of(1));
    const borrowed = new Set([...inputs, condition]);
    let states = inputs.slice(2, 2 + loop.states).map((tensor) => tensor!);
    const rows = Array.from({ length: loop.rows }, () => new RowStack());
    for (let turn = 0; goesOn && turn < limit; turn++) {
      const made = await runTurn(loop, turn, [condition, ...states], runtime);
      const next = made.slice(1, 1 + loop.states);
      goesOn = (await runtime.download(made[0]))[0] > 0;
      for (const [k, stack] of rows.entries()) await stack.add(made[1 + loop.states + k], runtime);
      freeAllBut([...states, ...made], new Set([...borrowed, ...next]), runtime);
      states = next;
    }
    const stacks = rows.map((stack, k) => stack.finish(() => emptyRow(loop, k, inputs), runtime));
    const own = await ownTensors(states, [...borrowed], runtime);
    if (inputs[1] === undefined) runtime.free(condition);
    return [...own, ...stacks];
  };
}

async function runTurn(
  { body }: CountedLoop,
  turn: number,
  rest: readonly DeviceTensor[],
  runtime: ControlRuntime,
): Promise<DeviceTensor[]> {
  const counter = runtime.make(TURN, Int32Array.of(turn));
  try {
    const made = await runtime.runGraph(body, [counter, ...rest]);
    // A body may hand on the counter itself, which ends here.
    const copy = made.includes(counter) ? runtime.make(TURN, Int32Array.of(turn)) : counter;
    return made.map((tensor) => (tensor === counter ? copy : tensor));
  } finally {
    runtime.free(counter);
  }
}

function freeAllBut(
  tensors: readonly DeviceTensor[],
  kept: ReadonlySet<DeviceTensor | undefined>,
  runtime: ControlRuntime,
): void {
  for (const tensor of new Set(tensors)) if (!kept.has(tensor)) runtime.free(tensor);
}

function emptyRow(loop: CountedLoop, row: number, inputs: readonly (DeviceTensor | undefined)[]): TensorDesc {
  const start = inputs.slice(2, 2 + loop.states).map((tensor) => tensor!);
  return describeNoRows(loop, inputs, start, loop.body.outputs[1 + loop.states + row].name)[row];
}

/** Rows on the host until all are there. */
class RowStack {
  readonly #parts: TensorData[] = [];
  #row: TensorDesc | undefined;

  async add(row: DeviceTensor, runtime: ControlRuntime): Promise<void> {
    this.#row ??= withoutValue(row);
    if (row.list !== undefined) throw new GraphError('lists of tensors cannot be stacked over the turns');
    if (!sameShape(row, this.#row))
      throw new GraphError(`expected rows of [${this.#row.shape}] to stack, got [${row.shape}]`);
    this.#parts.push(await runtime.download(row));
  }

  finish(whenEmpty: () => TensorDesc, runtime: ControlRuntime): DeviceTensor {
    if (this.#row === undefined) {
      const desc = whenEmpty();
      return runtime.make(desc, allocateData(desc.dtype, 0));
    }
    const desc = { ...this.#row, shape: [this.#parts.length, ...this.#row.shape] };
    return runtime.make(desc, joined(this.#parts, desc));
  }
}
