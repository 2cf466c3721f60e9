import type { WhileParam } from '@mnnquant/mnn-format';
import type { DeviceTensor } from '../../backend.ts';
import type { ControlBody } from '../../control.ts';
import type { Graph } from '../../graph.ts';
import { GraphError, type ParseContext, UnknownValueError } from '../../op.ts';
import type { TensorDesc } from '../../tensor.ts';
import { describeOutputs, ownTensors, sameShape, withoutValue } from '../support/subgraphs.ts';

/** Where a value goes when a turn is over. */
interface Update {
  readonly from: 'body' | 'condition';
  readonly output: number;
  /** Inputs of the two graphs that take it; -1 for none. */
  readonly bodyInput: number;
  readonly conditionInput: number;
}

/** Where an output of the op comes from. */
interface Result {
  /** The op's input that it is when no turn ran; -1 for none. */
  readonly start: number;
  readonly from: 'body' | 'body input';
  readonly position: number;
}

/** A loop as TensorFlow has it: a subgraph says whether to go on, another one does the work. */
export interface ConditionalLoop {
  readonly kind: 'conditional';
  readonly condition: Graph;
  readonly body: Graph;
  /** Per input of the graph, the op's input that starts it. */
  readonly conditionInputs: readonly number[];
  readonly bodyInputs: readonly number[];
  readonly updates: readonly Update[];
  readonly results: readonly Result[];
}

/** Turns whose shapes are worked out one by one. */
const MOST_TURNS = 1024;

/** Wires the loop by the names in the file, with MNN's rules (express/module/WhileModule.cpp, MNN 3.6.1). */
export function conditionalLoop(
  param: WhileParam,
  condition: Graph,
  body: Graph,
  context: ParseContext,
): ConditionalLoop {
  const { where, outputCount } = context;
  const { aliases_inputs = [], aliases_updates = [], aliases_outputs = [] } = param;
  const wiring = (graph: Graph): number[] =>
    graph.inputs.map(({ name }) => {
      const position = aliases_inputs.findIndex(({ data }) => data?.includes(name));
      if (position < 0)
        throw new GraphError(`${where}: no input of the op is given the name ${name}, which the loop reads`);
      return position;
    });
  const replaced = new Map<number, number>();
  const updates = aliases_updates.map(({ data = [] }) => {
    const [output, input] = data;
    const update = updateOf(output, input, condition, body, where);
    const sameName = find(body.outputs, input);
    if (update.from === 'body' && sameName >= 0) replaced.set(sameName, update.output);
    return update;
  });
  if (aliases_outputs.length !== outputCount)
    throw new GraphError(
      `${where}: expected names for ${outputCount} outputs, got ${aliases_outputs.length}`,
    );
  const results = aliases_outputs.map((name): Result => {
    const start = aliases_inputs.findIndex(({ data }) => data?.includes(name));
    const input = find(body.inputs, name);
    if (input >= 0) return { start, from: 'body input', position: input };
    const output = find(body.outputs, name);
    if (output < 0)
      throw new GraphError(`${where}: the loop's body has no tensor "${name}" for an output of the op`);
    return { start, from: 'body', position: replaced.get(output) ?? output };
  });
  const [conditionInputs, bodyInputs] = [wiring(condition), wiring(body)];
  return { kind: 'conditional', condition, body, conditionInputs, bodyInputs, updates, results };
}

function updateOf(
  output: string | undefined,
  input: string | undefined,
  condition: Graph,
  body: Graph,
  where: string,
): Update {
  const targets = { bodyInput: find(body.inputs, input), conditionInput: find(condition.inputs, input) };
  const ofCondition = find(condition.outputs, output);
  if (ofCondition >= 0) return { from: 'condition', output: ofCondition, ...targets };
  const ofBody = find(body.outputs, output);
  if (ofBody < 0 || (targets.bodyInput < 0 && targets.conditionInput < 0))
    throw new GraphError(`${where}: cannot wire the update from "${output}" to "${input}"`);
  return { from: 'body', output: ofBody, ...targets };
}

function find(list: readonly { readonly name: string }[], name: string | undefined): number {
  return list.findIndex((item) => item.name === name);
}

/** What the two graphs read at the start of a turn, and the op's outputs so far. */
interface State<T> {
  readonly condition: readonly T[];
  readonly body: readonly T[];
  readonly results: readonly (T | undefined)[];
}

function startOf<T>(loop: ConditionalLoop, inputs: readonly (T | undefined)[], where: string): State<T> {
  const wired = (position: number): T => {
    const input = inputs[position];
    if (input === undefined) throw new GraphError(`${where}: expected input ${position}, got none`);
    return input;
  };
  return {
    condition: loop.conditionInputs.map(wired),
    body: loop.bodyInputs.map(wired),
    results: loop.results.map(({ start }) => (start < 0 ? undefined : inputs[start])),
  };
}

function nextOf<T>(loop: ConditionalLoop, state: State<T>, verdict: T, made: readonly T[]): State<T> {
  const condition = [...state.condition];
  const body = [...state.body];
  for (const { from, output, bodyInput, conditionInput } of loop.updates) {
    const value = from === 'body' ? made[output] : verdict;
    if (bodyInput >= 0) body[bodyInput] = value;
    if (conditionInput >= 0) condition[conditionInput] = value;
  }
  const results = loop.results.map(({ from, position }) =>
    from === 'body' ? made[position] : body[position],
  );
  return { condition, body, results };
}

/** Descriptions of the op's outputs. Throws {@link UnknownValueError} where they depend on the data. */
export function describeConditionalLoop(
  loop: ConditionalLoop,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): TensorDesc[] {
  let state = startOf(loop, inputs, where);
  for (let turn = 0; turn <= MOST_TURNS; turn++) {
    const [verdict] = describeOutputs(loop.condition, state.condition, where);
    if (verdict?.value === undefined) return describeSteady(loop, state, where);
    if (!(verdict.value[0] > 0)) return state.results.map((desc) => desc ?? late(where));
    state = nextOf(loop, state, verdict, describeBody(loop, state, where));
  }
  return describeSteady(loop, state, where);
}

/** Where no turn changes a shape, the number of turns does not matter. */
function describeSteady(loop: ConditionalLoop, now: State<TensorDesc>, where: string): TensorDesc[] {
  const state = {
    condition: now.condition.map(withoutValue),
    body: now.body.map(withoutValue),
    results: now.results.map((desc) => desc && withoutValue(desc)),
  };
  const verdict: TensorDesc = { shape: [], dtype: 'int32', layout: 'NCHW' };
  const next = nextOf(loop, state, verdict, describeBody(loop, state, where));
  const same = (a: readonly (TensorDesc | undefined)[], b: readonly (TensorDesc | undefined)[]): boolean =>
    a.every((desc, i) => desc !== undefined && b[i] !== undefined && sameShape(desc, b[i]));
  if (
    !same(next.body, state.body) ||
    !same(next.condition, state.condition) ||
    !same(next.results, state.results)
  )
    return [late(where)];
  return next.results.map((desc) => withoutValue(desc!));
}

function describeBody({ body }: ConditionalLoop, state: State<TensorDesc>, where: string): TensorDesc[] {
  return describeOutputs(body, state.body, where).map((desc) => desc ?? late(where));
}

function late(where: string): TensorDesc {
  throw new UnknownValueError(where, []);
}

/** Runs the turns. */
export function runConditionalLoop(loop: ConditionalLoop): ControlBody {
  return async (inputs, runtime) => {
    const borrowed = new Set(inputs);
    const alive = new Set<DeviceTensor>();
    let state = startOf(loop, inputs, 'While');
    for (;;) {
      const judged = await runtime.runGraph(loop.condition, state.condition);
      for (const tensor of judged) if (!borrowed.has(tensor)) alive.add(tensor);
      const goesOn = (await runtime.download(judged[0]))[0] > 0;
      if (goesOn) {
        const made = await runtime.runGraph(loop.body, state.body);
        for (const tensor of made) if (!borrowed.has(tensor)) alive.add(tensor);
        state = nextOf(loop, state, judged[0], made);
      }
      const kept = new Set([...state.condition, ...state.body, ...state.results]);
      for (const tensor of alive)
        if (!kept.has(tensor)) {
          runtime.free(tensor);
          alive.delete(tensor);
        }
      if (!goesOn) break;
    }
    const results = state.results.map((tensor, i) => tensor ?? noResult(loop, i));
    const own = await ownTensors(results, inputs, runtime);
    for (const tensor of alive) if (!own.includes(tensor)) runtime.free(tensor);
    return own;
  };
}

function noResult({ body, results }: ConditionalLoop, output: number): never {
  const { from, position } = results[output];
  const { name } = (from === 'body' ? body.outputs : body.inputs)[position];
  throw new GraphError(`no turn ran, and nothing else gives output ${output} (${name}) a value`);
}
