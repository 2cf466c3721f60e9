import { DataType, type Net } from '@mnnquant/mnn-format';
import { main } from '../../../packages/graph/test/golden/golden-case.ts';
import { binary, names, negate, scalar, wholeInput } from '../../../packages/graph/test/golden/net-parts.ts';
import { inputOp, smallNet } from '../../../packages/graph/test/support/small-net.ts';
import type { NumpyArray } from '../npz.ts';
import type { Draw } from './draw.ts';
import { captured, inside, isLarge, Maker, numberIn, type Place, type Trait, within } from './net-maker.ts';
import { concat, copied, Scope, step, unary, type Value } from './net-scope.ts';

/** A network with branches and loops, and what to feed it. */
export interface RandomNet {
  readonly net: Net;
  readonly feeds: ReadonlyMap<string, NumpyArray>;
  /** What it has of {@link TRAITS}. */
  readonly traits: ReadonlySet<Trait>;
  /** Why MNN 3.6.1 may fail on it. */
  readonly known?: string;
}

/** How deep control flow stands in control flow. */
const DEEPEST = 2;
const STACKS_NOTHING = 'stacks an empty list where a loop with rows makes no turn (WhileModule.cpp)';

/** Several ops, of which some are control flow themselves. */
function work(scope: Scope, count: number, place: Place): void {
  const depth = place.around.length;
  for (let i = 0; i < count; i++) {
    const deeper = depth < DEEPEST && scope.draw.int(0, depth === 0 ? 0 : 5) === 0;
    if (deeper) scope.draw.pick(addIf, addCounted, addConditional)(scope, place);
    else step(scope);
  }
}

function addIf(outer: Scope, place: Place): void {
  const { maker } = place;
  const { draw } = maker;
  const computed = draw.bool();
  maker.note('If');
  maker.note('If with a computed condition', computed);
  const condition = computed ? isLarge(outer) : numberIn(outer, place, draw.int(-1, 2));
  const values = captured(outer, 3);
  const count = draw.int(1, 2);
  const branches = ['then', 'else'].map((hint) => {
    const { scope, inputs } = inside(maker, values);
    work(scope, draw.int(1, 4), within(place, 'If'));
    const made = scope.values.slice(inputs.length);
    const results = Array.from({ length: count }, () => draw.pick(...made));
    const outputs = results.map(({ name }) => copied(scope, name, `${hint}_out`));
    return { graph: maker.close(hint, inputs, outputs, scope), inputs, outputs, results };
  });
  const [a, b] = branches;
  const outputs = a.results.map(({ shape }, i) => {
    const same = String(shape) === String(b.results[i].shape);
    maker.note('If with branches of different shapes', !same);
    return outer.keep(maker.fresh('chosen'), same ? shape : undefined);
  });
  const byPosition = draw.int(0, 3) === 0;
  maker.note('If by position', byPosition);
  outer.ops.push({
    type: 'If',
    inputs: [condition, ...values.map(({ name }) => name)],
    outputs: outputs.map(({ name }) => name),
    main: main('IfParam', {
      then_graph: a.graph,
      else_graph: b.graph,
      aliases_inputs: [names(), ...values.map((_, i) => names(a.inputs[i], b.inputs[i]))],
      ...(!byPosition && { aliases_outputs: a.outputs.map((name, i) => names(name, b.outputs[i])) }),
    }),
  });
}

/** The value that a state has next: one of its shape, or, where it may grow, it with more behind it. */
function nextState(scope: Scope, state: Value, grows: boolean): Value {
  if (grows) return concat(scope, state, state, 'grown');
  const own = scope.values.indexOf(state);
  const same = scope.values.slice(own + 1).filter(({ shape }) => String(shape) === String(state.shape));
  if (same.length > 0) return scope.draw.pick(...same);
  return scope.add(state.shape, 'next', (name) => negate(state.name, name));
}

/** Whether a loop goes on: always, up to a turn, while a sum is large, or as it was told from outside. */
function goesOn(scope: Scope, turn: string, told: string): string {
  const { draw, shared } = scope;
  const kind = draw.int(0, 3);
  if (kind === 0) return told;
  if (kind === 1) return isLarge(scope);
  const [bound, name] = [shared.fresh('bound'), shared.fresh('go')];
  if (kind === 2) {
    scope.ops.push(scalar(name, 1));
    return name;
  }
  scope.ops.push(scalar(bound, draw.int(0, 3)), binary('LESS', turn, bound, name));
  return name;
}

/** What a loop starts from. */
interface Start {
  readonly turns: number;
  /** The name of that number. */
  readonly limit: string;
  /** States, of which the first `changing` ones are computed anew in each turn. */
  readonly values: readonly Value[];
  readonly changing: number;
  readonly grows: readonly boolean[];
  /** As the loop's graphs see them. */
  readonly inner: readonly Value[];
}

function startOf(outer: Scope, place: Place): Start {
  const { maker } = place;
  const { draw } = maker;
  const turns = draw.int(0, 5);
  const limit = numberIn(outer, place, turns);
  const values = captured(outer, 3);
  const changing = draw.int(1, values.length);
  const grows = values.map(({ shape }, i) => i < changing && shape?.length !== 0 && draw.int(0, 4) === 0);
  const inner = values.map((value, i) => (grows[i] ? { ...value, shape: undefined } : value));
  maker.note(`${turns} turns` as Trait);
  maker.note('a fed number of turns', maker.feeds.has(limit));
  maker.note('a state that grows', grows.includes(true));
  maker.note('a value handed through', changing < values.length);
  return { turns, limit, values, changing, grows, inner };
}

/** ONNX's form. */
function addCounted(outer: Scope, place: Place): void {
  const { maker } = place;
  const { draw } = maker;
  const start = startOf(outer, place);
  const { limit, values, changing, grows } = start;
  const starts = draw.int(0, 7) === 0 ? 0 : 1;
  const told = numberIn(outer, place, starts);
  const rowCount = draw.int(0, 2);
  if (rowCount > 0 && (start.turns === 0 || starts === 0)) maker.known.add(STACKS_NOTHING);
  maker.note('counted loop');
  maker.note('rows', rowCount > 0);
  const { scope, inputs } = inside(maker, start.inner);
  const [turn, going] = [maker.fresh('turn'), maker.fresh('going')];
  scope.ops.unshift(wholeInput(turn), wholeInput(going));
  if (draw.bool()) useTurn(scope, turn);
  work(scope, draw.int(1, 4), within(place, 'While'));
  const states = scope.values.slice(0, changing);
  const next = states.map((state, i) => nextState(scope, state, grows[i]));
  const rows = Array.from({ length: rowCount }, () => rowIn(scope) ?? turn);
  const outputs = [
    goesOn(scope, turn, going),
    ...next.map(({ name }) => copied(scope, name, 'state')),
    ...inputs.slice(changing),
    ...rows.map((from) => copied(scope, from, 'row')),
  ];
  const body = maker.close('body', [turn, going, ...inputs], outputs, scope);
  const made = values.map((_, i) => maker.fresh(i < changing ? 'state' : 'kept'));
  const stacks = rows.map(() => maker.fresh('stack'));
  outer.ops.push({
    type: 'While',
    inputs: [limit, told, ...values.map(({ name }) => name)],
    outputs: [...made, ...stacks],
    main: main('WhileParam', { body_graph: body }),
  });
  for (const [i, name] of made.entries()) outer.keep(name, grows[i] ? undefined : values[i].shape);
}

/** What has the same shape in each turn. */
function rowIn(scope: Scope): string | undefined {
  const fixed = scope.pick(({ shape }) => shape !== undefined);
  return scope.draw.int(0, 4) > 0 ? fixed?.name : undefined;
}

/** Adds the number of the turn to something. */
function useTurn(scope: Scope, turn: string): void {
  const x = scope.pick()!;
  const number = scope.shared.fresh('turn');
  scope.ops.push({
    type: 'Cast',
    inputs: [turn],
    outputs: [number],
    main: main('CastParam', { srcT: DataType.DT_INT32, dstT: DataType.DT_FLOAT }),
  });
  scope.add(x.shape, 'with_turn', (name) => binary('ADD', x.name, number, name));
}

/** TensorFlow's form: a subgraph for the condition. */
function addConditional(outer: Scope, place: Place): void {
  const { maker } = place;
  const { draw } = maker;
  const first = numberIn(outer, place, 0);
  const { limit, values, changing, grows, inner } = startOf(outer, place);
  const judged = conditionOf(maker, inner.slice(0, 1));
  maker.note('loop with a condition of its own');
  maker.note('loop that looks at its state', judged.states.length > 0);
  const { scope, inputs } = inside(maker, inner);
  const [turn, nextTurn, one] = [maker.fresh('turn'), maker.fresh('turn'), maker.fresh('one')];
  scope.ops.unshift(wholeInput(turn), scalar(one, 1), binary('ADD', turn, one, nextTurn));
  if (draw.bool()) useTurn(scope, turn);
  work(scope, draw.int(1, 4), within(place, 'While'));
  const next = scope.values
    .slice(0, changing)
    .map((state, i) => copied(scope, nextState(scope, state, grows[i]).name, 'state'));
  const body = maker.close('body', [turn, ...inputs], [nextTurn, ...next], scope);
  const made = next.map((_, i) => outer.keep(maker.fresh('state'), grows[i] ? undefined : values[i].shape));
  outer.ops.push({
    type: 'While',
    inputs: [first, limit, ...values.map(({ name }) => name)],
    outputs: made.map(({ name }) => name),
    main: main('WhileParam', {
      cond_graph: judged.graph,
      body_graph: body,
      aliases_inputs: [
        names(judged.turn, turn),
        names(judged.limit),
        ...inputs.map((name, i) => (judged.states[i] ? names(judged.states[i], name) : names(name))),
      ],
      aliases_outputs: inputs.slice(0, changing),
      aliases_updates: [
        names(nextTurn, judged.turn),
        names(nextTurn, turn),
        ...next.flatMap((name, i) => [
          ...(judged.states[i] ? [names(name, judged.states[i])] : []),
          names(name, inputs[i]),
        ]),
      ],
    }),
  });
}

/** Whether there is a turn left, and, for some, the first state is large. */
function conditionOf(maker: Maker, states: readonly Value[]) {
  const looks = maker.draw.int(0, 2) === 0;
  const { scope, inputs } = inside(maker, looks ? states : []);
  const [turn, limit, left] = [maker.fresh('turn'), maker.fresh('limit'), maker.fresh('left')];
  scope.ops.unshift(wholeInput(turn), wholeInput(limit));
  scope.ops.push(binary('LESS', turn, limit, left));
  let verdict = left;
  if (looks) {
    const large = isLarge(scope);
    verdict = maker.fresh('both');
    scope.ops.push(binary('MUL', left, large, verdict));
  }
  return {
    graph: maker.close('condition', [turn, limit, ...inputs], [verdict], scope),
    turn,
    limit,
    states: inputs,
  };
}

/** One or two branches or loops, which may hold more, between other ops. */
export function controlNet(draw: Draw): RandomNet {
  const maker = new Maker(draw);
  const scope = new Scope(maker);
  for (let i = draw.int(1, 3); i > 0; i--) {
    const name = maker.fresh('x');
    const shape = draw.shape(draw.int(1, 3), 1, 3);
    const count = shape.reduce((product, extent) => product * extent, 1);
    maker.sources.push(inputOp(name, ...shape));
    maker.feeds.set(name, { shape: [1, ...shape], data: draw.floats(count) });
    scope.keep(name, shape);
  }
  if (draw.bool()) step(scope);
  work(scope, draw.int(1, 2), { maker, around: [] });
  if (draw.bool()) unary(scope);
  const net = smallNet([...maker.sources, ...scope.ops], {
    subgraphs: maker.graphs,
    outputName: outputsOf(scope),
  });
  const [known] = maker.known;
  return { net, feeds: maker.feeds, traits: maker.traits, ...(known !== undefined && { known }) };
}

/** What ops make and nothing reads. */
function outputsOf({ ops }: Scope): string[] {
  const read = new Set(ops.flatMap(({ inputs = [] }) => inputs));
  const made = ops.filter(({ type }) => type !== 'Const').flatMap(({ outputs }) => outputs);
  return made.filter((name) => !read.has(name));
}
