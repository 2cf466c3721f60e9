import { KL_LEVELS, klDistribution, klTails } from './kl-distribution.ts';
import { createFloatLogarithm, type FloatLogarithm } from './logarithm.ts';

const { fround, ceil, floor } = Math;

/** What the divergence of a candidate is computed from, with scratch memory. */
export interface KlWorkspace {
  /** [bins] float32. */
  readonly distribution: Float32Array;
  /** [bins] mass at or above each bin, see `klTails`. */
  readonly tails: Float32Array;
  readonly logarithm: FloatLogarithm;
  /** [bins + 1] scratch. */
  readonly expanded: Float32Array;
}

/** @param counts [KL_BINS] number of values per bin */
export function klWorkspace(counts: Float64Array): KlWorkspace {
  const distribution = klDistribution(counts);
  return {
    distribution,
    tails: klTails(distribution),
    logarithm: createFloatLogarithm(),
    expanded: new Float32Array(counts.length + 1),
  };
}

/**
 * Mass of P in the last bin of a candidate, the tail included, as float32 rounds it. The running tail can
 * end a rounding error below zero, and this with it: MNN's logarithm is NaN then, ours too.
 */
export function lastMass({ distribution, tails }: KlWorkspace, candidate: number): number {
  return fround((distribution[candidate - 1] as number) + (tails[candidate] as number));
}

/**
 * KL(P || Q) for a threshold at `candidate` bins, in the float32 order of operations of MNN 3.6.1
 * (TensorStatistic.cpp): P is the distribution cut at the candidate with the tail added to its last
 * bin; Q is the uncut distribution squeezed into 128 levels and stretched again.
 *
 * @returns NaN where float32 leaves a negative mass; such a candidate is never chosen.
 */
export function klDivergence(workspace: KlWorkspace, candidate: number): number {
  squeezeAndExpand(workspace, candidate);
  return divergence(workspace, candidate);
}

/** Fills `expanded[0, candidate)` with Q. */
function squeezeAndExpand({ distribution, expanded }: KlWorkspace, candidate: number): void {
  expanded.fill(0, 0, candidate + 1);
  const interval = fround(candidate / KL_LEVELS);
  for (let level = 0; level < KL_LEVELS; level++) {
    const start = fround(level * interval);
    const end = fround(start + interval);
    const first = ceil(start);
    const last = floor(end);
    // Share of the bins that two levels have in common; 0 where an edge falls between bins.
    const left = fround(first - start);
    const right = fround(end - last);
    let mass = 0;
    let count = 0;
    if (left > 0) {
      mass = fround(left * (distribution[first - 1] as number));
      count = left;
    }
    if (right > 0) {
      mass = fround(mass + fround(right * (distribution[last] as number)));
      count = fround(count + right);
    }
    for (let bin = first; bin < last; bin++) {
      mass = fround(mass + (distribution[bin] as number));
      count = fround(count + 1);
    }
    const value = fround(mass / count);
    if (left > 0) expanded[first - 1] = (expanded[first - 1] as number) + fround(value * left);
    if (right > 0) expanded[last] = (expanded[last] as number) + fround(value * right);
    for (let bin = first; bin < last; bin++) expanded[bin] = (expanded[bin] as number) + value;
  }
}

function divergence(workspace: KlWorkspace, candidate: number): number {
  const { distribution, logarithm, expanded } = workspace;
  let sum = 0;
  for (let bin = 0; bin < candidate; bin++) {
    const p = bin === candidate - 1 ? lastMass(workspace, candidate) : (distribution[bin] as number);
    if (p < 0) return Number.NaN;
    if (p === 0) continue;
    sum = fround(sum + fround(p * fround(logarithm(fround(p / (expanded[bin] as number))))));
  }
  return sum;
}
