import { buildGraph, createPlan, type ExecutionPlan, OPS, UnsupportedOpError } from '@mnnquant/graph';
import { type Net, type Op, OpType, opTypeName } from '@mnnquant/mnn-format';
import { messageOf } from '../errors.ts';

/** An op of the main graph behind which nothing is known, and why. */
export interface ShapeFailure {
  readonly index: number;
  readonly reason: string;
}

/** Shapes of a network as far as they can be found. */
export interface ShapePlan {
  /** Absent where not a single op has a shape. */
  readonly plan?: ExecutionPlan;
  /** By position in the plan's network: position in `net.oplists`. */
  readonly kept: readonly number[];
  readonly failures: readonly ShapeFailure[];
}

/** A model in which so many ops fail is none whose shapes anybody wants to know in part. */
const MOST_FAILURES = 32;

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Finds shapes; an op that cannot be evaluated, and what reads its results, is left out, so that the rest is known.
 *
 * @param net for shapes only; {@link shapeView}
 * @param shapes of every input that has open extents
 */
export function shapePlan(net: Net, shapes: Shapes): ShapePlan {
  const ops = net.oplists ?? [];
  const all = ops.map((_, index) => index);
  try {
    return { plan: planOf(net, shapes), kept: all, failures: [] };
  } catch {
    // Which op it was is found below: not every message says it.
  }
  const { net: known, reasons } = withoutUnknown(net);
  const failures: ShapeFailure[] = [];
  let kept: readonly number[] = all;
  for (const [index, reason] of reasons) failures.push({ index, reason });
  kept = without(ops, kept, new Set(reasons.keys()));
  while (failures.length < MOST_FAILURES + reasons.size) {
    const found = firstFailure(known, kept, shapes);
    if (found === undefined) break;
    failures.push(found);
    kept = without(ops, kept, new Set([found.index]));
  }
  const computes = kept.some((index) => !isSource(ops[index]));
  const plan = computes ? attempt(known, kept, shapes) : undefined;
  const isPlan = plan !== undefined && typeof plan !== 'string';
  return { plan: isPlan ? plan : undefined, kept: isPlan ? kept : [], failures };
}

function planOf(net: Net, shapes: Shapes): ExecutionPlan {
  return createPlan(buildGraph(net), shapes);
}

function isSource({ type }: Op): boolean {
  return type === OpType.Input || type === OpType.Const || type === OpType.TrainableParam;
}

const DEFINED: ReadonlyMap<number, (typeof OPS)[number]> = new Map(
  OPS.flatMap((definition) => definition.opTypes.map((type) => [type, definition] as const)),
);

/** Why an op cannot be evaluated, whatever its shapes. */
function refusal(op: Op): string | undefined {
  if (isSource(op)) return undefined;
  const definition = DEFINED.get(op.type);
  if (definition === undefined) return `mnnquant cannot evaluate ${opTypeName(op.type)}`;
  return definition.refuses?.(op);
}

/** Subgraphs that hold such ops go, with those that run them. */
function withoutUnknown(net: Net): { net: Net; reasons: ReadonlyMap<number, string> } {
  const reasons = new Map<number, string>();
  const bad = new Map<string, string>();
  for (const { name = '', nodes = [] } of net.subgraphs ?? []) {
    const found = nodes.find((op) => refusal(op) !== undefined);
    if (found)
      bad.set(name, `its subgraph ${name} holds ${opTypeName(found.type)}, which mnnquant cannot evaluate`);
  }
  for (const [index, op] of (net.oplists ?? []).entries()) {
    const reason =
      refusal(op) ??
      subgraphNames(op)
        .map((name) => bad.get(name))
        .find((why) => why !== undefined);
    if (reason !== undefined) reasons.set(index, reason);
  }
  const subgraphs = net.subgraphs?.filter(({ name = '' }) => !bad.has(name));
  return { net: { ...net, subgraphs }, reasons };
}

/** The subgraphs that an op runs. */
export function subgraphNames({ main }: Op): string[] {
  const names =
    main?.type === 'WhileParam'
      ? [main.value.cond_graph, main.value.body_graph]
      : main?.type === 'IfParam'
        ? [main.value.then_graph, main.value.else_graph]
        : [];
  return names.filter((name) => name !== undefined && name !== '') as string[];
}

/** Without these ops and all that read what they make. */
function without(ops: readonly Op[], kept: readonly number[], failed: ReadonlySet<number>): number[] {
  const unmade = new Set<number>();
  const left: number[] = [];
  for (const index of kept) {
    const { inputIndexes = [], outputIndexes = [] } = ops[index];
    const reads = Array.from(inputIndexes).some((id) => unmade.has(id));
    if (!reads && !failed.has(index)) left.push(index);
    else for (const id of outputIndexes) unmade.add(id);
  }
  return left;
}

/** The first op with which the network up to it has no plan: halving, since a longer one has none either. */
function firstFailure(net: Net, kept: readonly number[], shapes: Shapes): ShapeFailure | undefined {
  if (kept.length === 0) return undefined;
  let reason = attempt(net, kept, shapes);
  if (typeof reason !== 'string') return undefined;
  let [good, bad] = [0, kept.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    const outcome = attempt(net, kept.slice(0, middle), shapes);
    if (typeof outcome === 'string') [bad, reason] = [middle, outcome];
    else good = middle;
  }
  return { index: kept[bad - 1], reason };
}

/** The plan of some ops, or why there is none. */
function attempt(net: Net, kept: readonly number[], shapes: Shapes): ExecutionPlan | string | undefined {
  const ops = kept.map((index) => net.oplists![index]);
  const inputs = new Set(
    ops.filter(({ type }) => type === OpType.Input).flatMap((op) => outputNames(net, op)),
  );
  const own = new Map([...shapes].filter(([name]) => inputs.has(name)));
  const computes = ops.some((op) => !isSource(op));
  const [last] = ops.slice(-1).flatMap((op) => outputNames(net, op));
  // With nothing computed, the network has no output of its own.
  const outputName = computes || last === undefined ? [] : [last];
  try {
    return planOf({ ...net, oplists: ops, outputName }, own);
  } catch (error) {
    if (!(error instanceof UnsupportedOpError)) return messageOf(error);
    return `mnnquant cannot evaluate ${error.ops.map(({ type }) => type).join(', ')}`;
  }
}

function outputNames(net: Net, { outputIndexes = new Int32Array() }: Op): string[] {
  return Array.from(outputIndexes, (id) => net.tensorName?.[id] ?? '');
}
