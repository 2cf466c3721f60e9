import * as z from 'zod/mini';

// What the parts of a report's schema are made of.

export const count = z.int().check(z.minimum(0));

/** A number, or null where it is not finite (JSON has no NaN). */
export const measured = z.nullable(z.number());

/** How much runs in int8, of how much. */
export const share = z.object({ int8: count, total: count });
