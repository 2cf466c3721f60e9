import { type Op, OpType } from '@mnnquant/mnn-format';

/** An op that is no part of the graph: it cannot be evaluated, or reads what such an op makes. */
export interface OmittedOp {
  /** Position in `net.oplists`. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  /** The op because of which: the same, or one before it. */
  readonly cause: { readonly name: string; readonly type: string };
}

/** Ops whose int8 version is why a model is quantized at all. */
const QUANTIZABLE: ReadonlySet<number> = new Set([OpType.Convolution, OpType.ConvolutionDepthwise]);

/**
 * The ops that can be left out of a run whose purpose is to measure what convolutions read and write: those
 * that cannot be evaluated and all that depend on them, provided that none of these is a convolution and that
 * some convolution is left. What is measured then is the same as in a run of the whole network.
 *
 * @returns by position the position of the op that is the cause; `undefined` where the tail is needed
 */
export function unknownTail(
  ops: readonly Op[],
  isUnknown: (op: Op) => boolean,
): ReadonlyMap<number, number> | undefined {
  const omitted = new Map<number, number>();
  const tainted = new Map<number, number>();
  for (const [index, op] of ops.entries()) {
    const read = Array.from(op.inputIndexes ?? []).find((id) => tainted.has(id));
    const cause = isUnknown(op) ? index : tainted.get(read ?? -1);
    if (cause === undefined) continue;
    omitted.set(index, cause);
    for (const id of op.outputIndexes ?? []) tainted.set(id, cause);
  }
  const convolutions = [...ops.entries()].filter(([, { type }]) => QUANTIZABLE.has(type));
  const needed = convolutions.some(([index]) => omitted.has(index));
  return needed || convolutions.length === 0 ? undefined : omitted;
}
