import type { KernelBinder } from './context.ts';
import { fromFirst, stay } from './moves/move.ts';

/** y has the elements of x in the same order, under another shape: Flatten, Squeeze, Unsqueeze, Identity. */
export const bindIdentity: KernelBinder = () => fromFirst([stay]);
