import { coarseLogarithm, type LogarithmTable } from './coarse-logarithm.ts';
import { KL_LEVELS } from './kl-distribution.ts';
import { type KlWorkspace, lastMass } from './kl-divergence.ts';
import { entropy, type KlSums } from './kl-estimate.ts';

// Whole multiples of 1/128 bin are divided into bins and rest by these.
const LEVEL_BITS = 7;
const LEVEL_MASK = KL_LEVELS - 1;
/** After every so many levels the divergence so far is compared with what it may be. */
const CHECKED_LEVELS = 8;

/**
 * What cutting off costs at least, by candidate: what the last bin contributes to the divergence, with
 * the least that the others can. Bins with mass P that are stretched to Q contribute
 * sum p ln(p/q) >= P ln(P/Q) >= P - Q (log sum inequality).
 *
 * @returns [bins] NaN where float32 leaves a negative mass
 */
export function clippingCosts(
  workspace: KlWorkspace,
  { massBelow }: KlSums,
  table: LogarithmTable,
): Float64Array {
  const { distribution } = workspace;
  const costs = new Float64Array(distribution.length).fill(Number.NaN);
  for (let candidate = KL_LEVELS; candidate < distribution.length; candidate++) {
    const p = lastMass(workspace, candidate);
    if (p < 0) continue;
    const width = candidate / KL_LEVELS;
    const first = Math.ceil(candidate - width);
    const left = first - (candidate - width);
    const all = massBelow[candidate] as number;
    let level = all - (massBelow[first] as number);
    if (left > 0) level += left * (distribution[first - 1] as number);
    const q = level / width;
    // Logarithms apart: q can be rounded to 0.
    const last = p > 0 ? p * (coarseLogarithm(p, table) - coarseLogarithm(q, table)) : 0;
    costs[candidate] = last + (massBelow[candidate - 1] as number) - (all - q);
  }
  return costs;
}

/** What `coarseKl` reads. */
export interface CoarseSearch {
  readonly workspace: KlWorkspace;
  readonly sums: KlSums;
  readonly table: LogarithmTable;
  /** The candidate's clipping cost. */
  readonly cost: number;
  /** The largest divergence of interest. */
  readonly most: number;
}

/**
 * As `estimateKl`, of a candidate without a negative mass, but with coarse logarithms, and no further than
 * needed: what the levels so far contribute and the least that the last bin and the others do is a lower
 * bound, see `clippingCosts`.
 *
 * Edges of levels are whole multiples of 1/128 bin, which integers hold; so does float32, and nothing has
 * to be rounded as MNN does.
 *
 * @returns infinity if it is above `most`
 */
export function coarseKl({ workspace, sums, table, cost, most }: CoarseSearch, candidate: number): number {
  const { distribution } = workspace;
  const { massBelow, entropyBelow } = sums;
  const perBin = KL_LEVELS / candidate;
  let sum = 0; // of p ln q
  let value = 0; // q in the bins that are this level's alone
  let below = 0; // mass below these bins
  let left = 0; // share of this level in the bin that it shares with the one before
  let sharedMass = 0; // p of that bin
  let shared = 0; // what the level before put into it
  for (let level = 1; level <= KL_LEVELS; level++) {
    const end = level * candidate;
    const last = end >> LEVEL_BITS;
    const right = (end & LEVEL_MASK) / KL_LEVELS;
    const above = massBelow[last] as number;
    const lastBin = distribution[last] as number;
    value = (above - below + left * sharedMass + right * lastBin) * perBin;
    if (left > 0) sum += sharedMass * coarseLogarithm(shared + left * value, table);
    sum += (above - below) * coarseLogarithm(value, table);
    left = right > 0 ? 1 - right : 0;
    below = right > 0 ? (massBelow[last + 1] as number) : above;
    sharedMass = lastBin;
    shared = right * value;
    if (level % CHECKED_LEVELS !== 0 || level === KL_LEVELS) continue;
    const rest = cost + right * lastBin - shared;
    if ((entropyBelow[last] as number) - sum + rest > most) return Number.POSITIVE_INFINITY;
  }
  const last = lastMass(workspace, candidate);
  sum += (last - (distribution[candidate - 1] as number)) * coarseLogarithm(value, table);
  return entropy(workspace, sums, candidate, last) - sum;
}
