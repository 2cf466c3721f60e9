import type { SubGraphProto } from '@mnnquant/mnn-format';
import {
  binary,
  floatScalar,
  scalar,
  subgraph,
  wholeInput,
} from '../../../packages/graph/test/golden/net-parts.ts';
import { inputOp, type SmallOp } from '../../../packages/graph/test/support/small-net.ts';
import type { NumpyArray } from '../npz.ts';
import type { Draw } from './draw.ts';
import { Scope, type Shared, total, type Value } from './net-scope.ts';

/** What networks must have among them, so that nothing stays untried. */
export const TRAITS = [
  ...['If', 'If with a computed condition', 'If with branches of different shapes', 'If by position'],
  ...[
    'counted loop',
    'loop with a condition of its own',
    'loop that looks at its state',
    'rows',
    'a value handed through',
  ],
  ...[
    'a state that grows',
    'a fed number of turns',
    'If in While',
    'If in If',
    'While in If',
    'While in While',
  ],
  ...['0 turns', '1 turns', '2 turns', '3 turns', '4 turns', '5 turns'],
] as const;
export type Trait = (typeof TRAITS)[number];

/** Makes the parts of one network. */
export class Maker implements Shared {
  readonly draw: Draw;
  readonly graphs: SubGraphProto[] = [];
  readonly feeds = new Map<string, NumpyArray>();
  readonly sources: SmallOp[] = [];
  readonly known = new Set<string>();
  readonly traits = new Set<Trait>();
  #count = 0;

  constructor(draw: Draw) {
    this.draw = draw;
  }

  fresh(hint: string): string {
    return `${hint}_${this.#count++}`;
  }

  note(trait: Trait, holds = true): void {
    if (holds) this.traits.add(trait);
  }

  /** A whole number of the main graph: a constant, or one that is fed. */
  number(value: number): string {
    const name = this.fresh('number');
    if (this.draw.bool()) {
      this.sources.push(scalar(name, value));
      return name;
    }
    this.sources.push(wholeInput(name));
    this.feeds.set(name, { shape: [1], data: Int32Array.of(value) });
    return name;
  }

  close(hint: string, inputs: readonly string[], outputs: readonly string[], { ops }: Scope): string {
    const name = this.fresh(hint);
    this.graphs.push(subgraph(name, inputs, outputs, ops));
    return name;
  }
}

/** The ops around, from the outermost on. */
export interface Place {
  readonly maker: Maker;
  readonly around: readonly ('If' | 'While')[];
}

/** Where the insides of a branch or a loop stand. */
export function within({ maker, around }: Place, op: 'If' | 'While'): Place {
  const outer = around.at(-1);
  if (outer !== undefined) maker.note(`${op} in ${outer}`);
  return { maker, around: [...around, op] };
}

/** Only the main graph is fed. */
export function numberIn(scope: Scope, { maker, around }: Place, value: number): string {
  if (around.length === 0) return maker.number(value);
  const name = maker.fresh('number');
  scope.ops.push(scalar(name, value));
  return name;
}

/** Whether the sum of some tensor is above a number. */
export function isLarge(scope: Scope): string {
  const sum = total(scope, scope.pick()!);
  const [bound, name] = [scope.shared.fresh('bound'), scope.shared.fresh('large')];
  // Sums of numbers with few digits lie on multiples of 1/1024; this lies between them.
  scope.ops.push(floatScalar(bound, scope.draw.int(-2, 2) + 1 / 3000), binary('GREATER', sum, bound, name));
  return name;
}

/** Values that a subgraph reads from outside. */
export function captured(scope: Scope, most: number): Value[] {
  return scope.draw.shuffled(scope.values).slice(0, scope.draw.int(1, most));
}

/** A subgraph's scope with inputs that stand for the values. */
export function inside(shared: Shared, values: readonly Value[]): { scope: Scope; inputs: string[] } {
  const scope = new Scope(shared);
  const inputs = values.map(({ shape }) => {
    const name = shared.fresh('in');
    scope.ops.push(inputOp(name, ...(shape ?? [-1])));
    scope.keep(name, shape);
    return name;
  });
  return { scope, inputs };
}
