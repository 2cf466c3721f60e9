import * as z from 'zod/mini';
import { count, measured, share } from './values.ts';

/** What the search tried: settings and ops left in float, and what that gave. */
const trial = z.object({
  /** Keys of the config that the search sets, such as `feature_quantize_method`. */
  settings: z.record(z.string(), z.unknown()),
  /** Names of ops that stay float beyond those that the config skips. */
  freed: z.array(z.string()),
  multiplyAdds: share,
  /** Of the network: mean cosine to the float network over the samples that judge. */
  outputs: z.array(z.object({ name: z.string(), cosine: measured })),
  /** 1 - the least cosine, of an output of one number half the noise's part of its power; absent: as `outputs` say. */
  error: z.optional(measured),
  /** By which settings were compared: 1 - cosine of the worst output of a typical sample, in the geometric mean of the samples. */
  typical: z.optional(measured),
  /** How many samples it was judged by, where not by all that judge. */
  samples: z.optional(count),
  /** Top-1 on the labelled samples that judge, a share. */
  top1: z.optional(z.number()),
  /** The float network's on the samples that judged this trial, where these are fewer than all. */
  floatTop1: z.optional(z.number()),
  /** Whether the file was written with it; one trial is. */
  chosen: z.boolean(),
});

/** What one op costs: the cosine of the worst output of a typical sample with it in int8 and with it in float, everything else in int8. */
const sensitivity = z.object({
  op: z.string(),
  multiplyAdds: count,
  /** Multiply-adds that the ranking counts: those of the op, and a part for the casts around it. */
  cost: z.number(),
  before: measured,
  after: measured,
});

/** The search for settings (`mnnquant auto`). */
export const autoSchema = z.object({
  /** What was asked for; absent: the best with everything in int8. */
  target: z.optional(
    z.object({
      /** Of the worst output, at least. */
      cosine: z.optional(z.number()),
      /** Points of top-1 that may be lost, at most. */
      maxDrop: z.optional(z.number()),
    }),
  ),
  /** Whether that holds; true without a target. */
  reached: z.boolean(),
  /** What judged. */
  judged: z.object({
    folder: z.string(),
    samples: count,
    /** Other samples than those that calibrated. */
    own: z.boolean(),
    /** They were set aside of those that calibrate, while settings were tried. */
    setAside: z.optional(z.boolean()),
  }),
  /** File of labels. */
  labels: z.optional(z.string()),
  /** Top-1 of the float network on the labelled samples, a share. */
  accuracy: z.optional(z.number()),
  /** Runs of a network over all its samples, to calibrate or to judge. */
  runs: count,
  seconds: z.number(),
  /** The time was over before the search was. */
  stopped: z.optional(z.literal('time')),
  /** In their order. */
  trials: z.array(trial),
  /** Most useful first: by the part of the error that goes for each multiply-add of `cost`. */
  sensitivity: z.array(sensitivity),
});

export type ReportAuto = z.infer<typeof autoSchema>;
export type ReportTrial = z.infer<typeof trial>;
export type ReportSensitivity = z.infer<typeof sensitivity>;
