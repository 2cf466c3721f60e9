/** An op that can stay float. */
export interface Freeable {
  readonly name: string;
  /** Per sample. */
  readonly multiplyAdds: number;
}

/** What it brings to leave an op in float, everything else being in int8. */
export interface Sensitivity extends Freeable {
  /** The error of the network's outputs with everything in int8, and with this op in float. */
  readonly before: number;
  readonly after: number;
  /** What it costs to leave the op in float, in multiply-adds: its own, and what the casts around it are counted as. */
  readonly cost: number;
}

/** Casts to float and back cost about as much as this share of the network's multiply-adds, whatever the op between them computes. */
const COST_OF_CASTS = 1e-3;

/**
 * Orders ops by how much of the error goes away for each multiply-add that is left in float.
 *
 * @param ops tried in this order
 * @param before the error with everything in int8
 * @param errorWithout the error with an op in float; `undefined` where there is no time left
 * @returns those that were tried, the most useful first; of equals the one that was tried first
 */
export async function rankLayers(
  ops: readonly Freeable[],
  before: number,
  errorWithout: (op: Freeable) => Promise<number | undefined>,
): Promise<Sensitivity[]> {
  const total = ops.reduce((sum, { multiplyAdds }) => sum + multiplyAdds, 0);
  const found: Sensitivity[] = [];
  for (const op of ops) {
    const after = await errorWithout(op);
    if (after === undefined) break;
    found.push({ ...op, before, after, cost: op.multiplyAdds + total * COST_OF_CASTS });
  }
  const worth = ({ after, cost }: Sensitivity): number => {
    const gain = before - after;
    // What does harm is worse the more it does, and the more it costs.
    return Number.isNaN(gain) ? Number.NEGATIVE_INFINITY : gain > 0 ? gain / cost : gain * cost;
  };
  return found
    .map((one, at) => ({ one, at, worth: worth(one) }))
    .sort((a, b) => (a.worth === b.worth ? a.at - b.at : a.worth > b.worth ? -1 : 1))
    .map(({ one }) => one);
}
