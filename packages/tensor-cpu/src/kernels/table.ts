import type { KernelBinder } from '../context.ts';

/** The accelerated ops, by MNN's name. An op that is missing here runs its reference on the host. */
const TABLE = {} satisfies Partial<Record<string, KernelBinder>>;

export const KERNELS: ReadonlyMap<string, KernelBinder> = new Map(Object.entries(TABLE));
