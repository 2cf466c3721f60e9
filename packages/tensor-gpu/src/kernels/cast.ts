import type { CastAttributes } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';

/** Floats to floats: the same numbers. Whole numbers live on the host, and so does what makes them. */
export const bindCast: KernelBinder = (_context, node, [x]) => {
  if (x?.dtype !== 'float32' || (node.attributes as Partial<CastAttributes>).toBool) return undefined;
  return async ([input]) => [input!.retain()];
};
