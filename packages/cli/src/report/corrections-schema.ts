import * as z from 'zod/mini';
import { count } from './values.ts';

/** A convolution of which some channels were changed. */
const changed = { op: z.string(), channels: count, of: count };

const equalized = z.object({
  ...changed,
  /** The most that a channel of its result was enlarged. */
  largestGain: z.number(),
  /** Mean over all of its channels; 1 leaves one as it is. */
  meanGain: z.number(),
});

const shifted = z.object({
  ...changed,
  /** The largest change of a bias, in steps of the convolution's int8 result. */
  largestSteps: z.number(),
  /** Mean of the absolute changes over all of its channels. */
  meanSteps: z.number(),
});

/** What `equalize` and `bias_correction` did; layers in the order of the file. */
export const correctionsSchema = z.object({
  equalize: z.optional(
    z.object({ convolutions: count, largestGain: z.number(), layers: z.array(equalized) }),
  ),
  biasCorrection: z.optional(
    z.object({
      convolutions: count,
      largestSteps: z.number(),
      /** Runs of the int8 network over all samples. */
      passes: count,
      layers: z.array(shifted),
    }),
  ),
});

/** SNR in dB of what a layer computes of float inputs, with whole weights; absent where there is no error. */
const learned = z.object({
  op: z.string(),
  /** With MAX_ABS. */
  nearest: z.optional(z.number()),
  learned: z.optional(z.number()),
});

/** What was gained by learning how to round weights. */
export const roundingSchema = z.object({
  layers: z.array(learned),
  /** Mean over the layers of how many dB the error went down. */
  gain: z.number(),
  /** Places of convolutions that were not learned from, as some value there is not finite. */
  leftOut: z.optional(count),
});

export type ReportCorrections = z.infer<typeof correctionsSchema>;
export type ReportRounding = z.infer<typeof roundingSchema>;
