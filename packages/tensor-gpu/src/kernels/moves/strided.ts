import { type BoxView, elementCount, type MovedAxis, mergedAxes, wholeView } from '@mnnquant/graph';
import { flat, view } from '../../device/gpu-array.ts';
import type { Arguments, GpuDevice } from '../../device/gpu-device.ts';
import { program } from '../../device/program.ts';
import { innerPart, occupancy } from '../threads.ts';
import { type Move, stay } from './move.ts';

/** y[i] = x[offset + i * stride]: exact at any size. */
const LINE = program({
  name: 'strided line',
  rank: 1,
  parameters: { x: 'array', offset: 'integer', stride: 'integer' },
  body: 'return x[offset + this.thread.x * stride];',
});

/**
 * y = x[offset + sum of index * stride] over up to six axes, two for each dimension of the threads: the outer one 0, the
 * inner one 1, which has `inner` elements. A stride is high * radix + low. Both sums stay below 2^24, where float32 is
 * exact, and are joined as whole numbers: x is read as planes of `radix` rows of one element.
 */
const BOX = program({
  name: 'strided box',
  rank: 3,
  parameters: {
    x: 'array',
    offset: 'integer',
    ...{ innerX: 'number', innerY: 'number', innerZ: 'number' },
    ...{ highX0: 'number', highX1: 'number', highY0: 'number', highY1: 'number', highZ0: 'number' },
    ...{ highZ1: 'number', lowX0: 'number', lowX1: 'number', lowY0: 'number', lowY1: 'number' },
    ...{ lowZ0: 'number', lowZ1: 'number' },
  },
  body: `
    const x0 = Math.floor((this.thread.x + 0.5) / innerX);
    const x1 = this.thread.x - x0 * innerX;
    const y0 = Math.floor((this.thread.y + 0.5) / innerY);
    const y1 = this.thread.y - y0 * innerY;
    const z0 = Math.floor((this.thread.z + 0.5) / innerZ);
    const z1 = this.thread.z - z0 * innerZ;
    const high = x0 * highX0 + x1 * highX1 + y0 * highY0 + y1 * highY1 + z0 * highZ0 + z1 * highZ1;
    const low = x0 * lowX0 + x1 * lowX1 + y0 * lowY0 + y1 * lowY1 + z0 * lowZ0 + z1 * lowZ1;
    return x[high][low][offset];`,
});

/** Axes that the program walks over. */
const AXES = 6;

/** Whole numbers that float32 holds. */
const EXACT = 2 ** 24;

/** Takes the elements of a box out of an array; `undefined` where the program cannot walk over it. */
export function strided(device: GpuDevice, box: BoxView): Move | undefined {
  const axes = mergedAxes(box.extents, box, wholeView(box.extents));
  const { offset } = box;
  if (axes.length <= 1) {
    const count = elementCount(box.extents);
    const stride = axes[0]?.from ?? 1;
    const isWhole = offset === 0 && stride === 1;
    return (x) =>
      isWhole && x.count === count ? stay(x) : device.run(LINE, { x: flat(x), offset, stride }, [count]);
  }
  const walk = walkOver(axes);
  if (walk === undefined) return undefined;
  const { radix, parameters, threads } = walk;
  return (x) =>
    device.run(BOX, { x: view(x, 1, radix, Math.ceil(x.count / radix)), offset, ...parameters }, threads);
}

type Pair = readonly [outer: Axis, inner: Axis];
type Axis = Pick<MovedAxis, 'extent' | 'from'>;

/** How the threads walk over a box. */
export interface Walk {
  readonly threads: readonly [number, number, number];
  readonly radix: number;
  readonly parameters: Omit<Arguments<typeof BOX.parameters>, 'x' | 'offset'>;
}

/** `undefined` where there are too many axes, too many threads along one, or no exact way to compute the index. */
export function walkOver(merged: readonly Axis[]): Walk | undefined {
  const axes = withLongOnesCut(merged);
  const pairs = axes.length > AXES ? undefined : arranged(axes);
  if (pairs === undefined) return undefined;
  const radix = exactRadix(pairs.flat());
  if (radix === undefined) return undefined;
  const [x, y, z] = pairs;
  const high = ({ from }: Axis): number => Math.trunc(from / radix);
  const low = ({ from }: Axis): number => from % radix;
  return {
    threads: threadsOf(pairs),
    radix,
    parameters: {
      ...{ innerX: x[1].extent, innerY: y[1].extent, innerZ: z[1].extent },
      ...{ highX0: high(x[0]), highX1: high(x[1]), lowX0: low(x[0]), lowX1: low(x[1]) },
      ...{ highY0: high(y[0]), highY1: high(y[1]), lowY0: low(y[0]), lowY1: low(y[1]) },
      ...{ highZ0: high(z[0]), highZ1: high(z[1]), lowZ0: low(z[0]), lowZ1: low(z[1]) },
    },
  };
}

/** Cuts long axes in two, the longest first, as far as the program has axes for it. */
function withLongOnesCut(merged: readonly Axis[]): Axis[] {
  const axes = [...merged];
  while (axes.length < AXES) {
    const parts = axes.map(({ extent }) => innerPart(extent));
    const longest = axes.reduce(
      (best, { extent }, i) => (parts[i] !== undefined && extent > (axes[best]?.extent ?? 0) ? i : best),
      -1,
    );
    if (longest < 0) break;
    const { extent, from } = axes[longest];
    const inner = parts[longest]!;
    axes.splice(longest, 1, { extent: extent / inner, from: from * inner }, { extent: inner, from });
  }
  return axes;
}

const NONE: Axis = { extent: 1, from: 0 };

/** The axes as those of x, y and z, so that most threads have something to do. */
function arranged(axes: readonly Axis[]): readonly [Pair, Pair, Pair] | undefined {
  let best: readonly [Pair, Pair, Pair] | undefined;
  for (const ofX of [1, 2]) {
    for (const ofY of [0, 1, 2]) {
      const [endY, endZ] = [axes.length - ofX, axes.length - ofX - ofY];
      if (endZ < 0 || endZ > 2) continue;
      const pairs = [
        pair(axes.slice(endY)),
        pair(axes.slice(endZ, endY)),
        pair(axes.slice(0, endZ)),
      ] as const;
      if (occupancy(threadsOf(pairs)) > (best === undefined ? 0 : occupancy(threadsOf(best)))) best = pairs;
    }
  }
  return best;
}

function pair(axes: readonly Axis[]): Pair {
  return [axes.at(-2) ?? NONE, axes.at(-1) ?? NONE];
}

function threadsOf(pairs: readonly [Pair, Pair, Pair]): readonly [number, number, number] {
  const [x, y, z] = pairs.map(([outer, inner]) => outer.extent * inner.extent);
  return [x, y, z];
}

/** A radix with which the sums over both parts of the strides are exact, 1 if possible. */
function exactRadix(axes: readonly Axis[]): number | undefined {
  const reach = (part: (stride: number) => number): number =>
    axes.reduce((sum, { extent, from }) => sum + Math.abs(part(from)) * (extent - 1), 0);
  for (let radix = 1; radix < EXACT; radix *= 2) {
    if (reach((stride) => Math.trunc(stride / radix)) < EXACT && reach((stride) => stride % radix) < EXACT)
      return radix;
  }
  return undefined;
}
