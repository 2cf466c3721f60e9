/** Where a function is least, and what it is there. */
export interface Least {
  readonly at: number;
  readonly value: number;
}

/** What is known of a function on a part [a, b] of its interval. */
export interface Part {
  /** The function at a and at b, or less where it jumps in between; see {@link leastBetween}. */
  readonly left: number;
  readonly right: number;
  /** f'' is nowhere above twice this on the part. */
  readonly curvature: number;
}

/** A least value that is known up to this share of it is good enough. */
const TOLERANCE = 1e-6;
/** Parts that are looked at in any case. */
const PARTS = 64;
/** How often one is halved at most: where the function jumps, no bound may ever tell that it can be left out. */
const HALVINGS = 24;

/**
 * The least value of a function over an interval, up to a millionth, by branch and bound.
 *
 * Where f'' is nowhere above 2c on [a, b], f(x) - c·x² is concave and lies above its chord, so that f(x) is at least the
 * chord of f at x, less c·(x - a)·(b - x). Parts where that is no better than the best value so far are left out, others halved.
 *
 * @param value f; of equal values the one farthest to the right is taken
 * @param part what holds on [a, b] of f, or of a function without jumps that is nowhere above it
 */
export function leastBetween(
  from: number,
  to: number,
  value: (at: number) => number,
  part: (a: number, b: number) => Part,
): Least {
  let best: Least = { at: to, value: value(to) };
  const visit = (at: number): void => {
    const here = value(at);
    if (here < best.value || (here === best.value && at > best.at)) best = { at, value: here };
  };
  const edge = (i: number): number => from + ((to - from) * i) / PARTS;
  for (let i = 1; i < PARTS; i++) visit(edge(i));
  let parts = Array.from({ length: PARTS }, (_, i) => [edge(i), edge(i + 1)] as const);
  for (let halving = 0; halving < HALVINGS && parts.length > 0; halving++) {
    parts = parts
      .filter(([a, b]) => lowerBound(b - a, part(a, b)) < best.value * (1 - TOLERANCE))
      .flatMap(([a, b]) => {
        const middle = (a + b) / 2;
        visit(middle);
        return [[a, middle] as const, [middle, b] as const];
      });
  }
  return best;
}

function lowerBound(width: number, { left, right, curvature }: Part): number {
  const slope = (right - left) / width;
  const x = width / 2 - slope / (2 * curvature);
  if (!(x > 0 && x < width)) return Math.min(left, right);
  return left + slope * x - curvature * x * (width - x);
}
