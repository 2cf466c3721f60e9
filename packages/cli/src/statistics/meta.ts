import type { StatisticsHeader } from '@mnnquant/calibrate';
import * as z from 'zod/mini';
import type { Origin } from './origin.ts';

export const FORMAT = 'mnnquant-statistics';

/** Of the file. Another number where older releases would read it wrongly, or where something is counted in another way. */
export const FORMAT_VERSION = 1;

/** What `meta.json` of a file of statistics says. */
export interface Meta {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** The release that wrote it. */
  readonly tool: string;
  readonly origin: Origin;
  readonly statistics: StatisticsHeader;
}

/** What every version has. */
export const headSchema = z.object({ format: z.literal(FORMAT), version: z.int(), tool: z.string() });

const count = z.int().check(z.minimum(0));
const hashed = { name: z.string(), sha256: z.string() };

const bucketForm = z.discriminatedUnion('form', [
  z.object({ form: z.literal('values') }),
  z.object({ form: z.literal('counts'), first: count, lowest: count }),
]);

const tensor = z.object({
  id: count,
  name: z.string(),
  range: z.nullable(z.object({ min: z.number(), max: z.number() })),
  count,
  nonFinite: count,
  buckets: z.optional(bucketForm),
});

export const metaSchema = z.object({
  format: z.literal(FORMAT),
  version: z.literal(FORMAT_VERSION),
  tool: z.string(),
  origin: z.object({
    model: z.array(z.object(hashed)),
    samples: z.array(z.object(hashed)),
    rejected: z.array(z.object({ ...hashed, reason: z.string() })),
    preparation: z.record(z.string(), z.unknown()),
    computed: z.object({ backend: z.string(), device: z.optional(z.string()), fastMath: z.boolean() }),
  }),
  statistics: z.object({
    histogram: z.optional(z.object({ bins: count, skipBelow: z.number() })),
    tensors: z.array(tensor),
  }),
});
