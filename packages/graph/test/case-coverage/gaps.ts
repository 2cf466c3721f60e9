import type { Demand } from './demands.ts';
import { attributeValues, type Tested, type TestedInput } from './tested.ts';

/** What the cases of an op do not show, each in a few words. */
export function gapsOf(demand: Demand, cases: readonly Tested[]): string[] {
  const main = cases.flatMap(({ inputs }) => inputs[demand.input ?? 0] ?? []);
  return [
    ...[...attributeValues(cases)]
      .filter(([, values]) => values.size < 2)
      .map(([name]) => `one value of ${name}`),
    ...demand.ranks.filter((rank) => !main.some(({ shape }) => shape.length === rank)).map(rankGap),
    ...(demand.layouts ? layoutGaps(main) : []),
    ...(demand.axes === undefined ? [] : axisGaps(demand.axes, cases)),
    ...(demand.broadcasts ? broadcastGaps(cases) : []),
    ...(demand.whole && !main.some(({ dtype }) => dtype === 'int32') ? ['whole numbers'] : []),
    ...(demand.edges ? edgeGaps(main) : []),
    ...(cases.some(isEmpty) ? [] : ['no element']),
  ];
}

function isEmpty({ inputs, outputs }: Tested): boolean {
  const shapes = [...outputs, ...inputs.flatMap((input) => (input ? [input.shape, ...input.elements] : []))];
  return shapes.some((shape) => shape.includes(0));
}

const rankGap = (rank: number): string => `${rank} dimension${rank === 1 ? '' : 's'}`;

/** NC4HW4 is NCHW in another order of bytes; both count as channels first. */
function layoutGaps(inputs: readonly TestedInput[]): string[] {
  const seen = new Set(inputs.map(({ layout }) => (layout === 'NHWC' ? 'NHWC' : 'NCHW')));
  return ['NHWC', 'NCHW'].filter((layout) => !seen.has(layout as 'NHWC'));
}

function axisGaps(axes: string | number, cases: readonly Tested[]): string[] {
  const numbers = cases.flatMap(({ attributes, inputs }) => {
    if (typeof axes === 'number') return inputs[axes]?.data ?? [];
    const value = (attributes as Record<string, number | readonly number[] | undefined>)[axes];
    return value === undefined ? [] : [value].flat();
  });
  return [
    ...(numbers.some((axis) => axis < 0) ? [] : ['an axis from the end']),
    ...(numbers.some((axis) => axis >= 0) ? [] : ['an axis from the front']),
  ];
}

/** The first input is repeated, the second one is, both are, and one has fewer dimensions. */
function broadcastGaps(cases: readonly Tested[]): string[] {
  const pairs = cases.flatMap(({ inputs }) => {
    const [a, b] = inputs.slice(-2);
    return a && b ? [[a.shape, b.shape] as const] : [];
  });
  const repeats = (a: readonly number[], b: readonly number[]): boolean =>
    b.some((extent, i) => extent > (a[a.length - b.length + i] ?? 1));
  const kinds: Readonly<Record<string, (a: readonly number[], b: readonly number[]) => boolean>> = {
    'the first repeated': (a, b) => repeats(a, b) && !repeats(b, a),
    'the second repeated': (a, b) => repeats(b, a) && !repeats(a, b),
    'both repeated': (a, b) => repeats(a, b) && repeats(b, a),
    'fewer dimensions': (a, b) => a.length !== b.length,
  };
  return Object.keys(kinds).filter((kind) => !pairs.some(([a, b]) => kinds[kind](a, b)));
}

function edgeGaps(inputs: readonly TestedInput[]): string[] {
  const kinds: Readonly<Record<string, (value: number) => boolean>> = {
    NaN: Number.isNaN,
    Infinity: (value) => value === Infinity,
    '-Infinity': (value) => value === -Infinity,
    0: (value) => Object.is(value, 0),
    '-0': (value) => Object.is(value, -0),
    'a huge number': (value) => Number.isFinite(value) && Math.abs(value) >= 1e18,
  };
  return Object.keys(kinds).filter((kind) => !inputs.some(({ data }) => data.some(kinds[kind])));
}
