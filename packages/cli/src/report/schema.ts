import * as z from 'zod/mini';
import { autoSchema } from './auto-schema.ts';
import { correctionsSchema, roundingSchema } from './corrections-schema.ts';
import { count, measured, share } from './values.ts';

/** Goes up when a field changes its meaning or goes away; new fields may come without that. */
export const REPORT_VERSION = 1;

const numbers = z.array(measured);

const file = z.object({ file: z.string(), bytes: count, sha256: z.string() });

/** Something a person should know, the most important first. */
const finding = z.object({
  level: z.enum(['problem', 'warning', 'note']),
  /** What is the matter, in a sentence with numbers. */
  text: z.string(),
  /** What to change, where there is something. */
  advice: z.optional(z.string()),
  /** The op it is about. */
  op: z.optional(z.string()),
});

/** What the op of a layer does to the signal. Cosine: 1 is equal. SNR in dB: 10 log10(sum x² / sum (x - y)²), null for no noise. */
const error = z.object({
  cosine: measured,
  snr: measured,
  maxError: measured,
  /** The sample with the smallest cosine. */
  worst: z.object({ sample: count, name: z.string(), cosine: measured }),
});

const layer = z.object({
  /** The name `skip_quant_op_names` takes; the input's name for a graph input. */
  op: z.string(),
  /** MNN's op type; `Input` for a graph input. */
  type: z.string(),
  tensor: count,
  tensorName: z.string(),
  /** Place in the order of execution. */
  order: count,
  int8: z.boolean(),
  /** Why it runs in float. */
  reason: z.optional(z.string()),
  output: z.boolean(),
  /** Tensors of the layers whose results it reads, through copies that are no layer. */
  reads: z.optional(z.array(count)),
  /** Per sample; 0 for what is no convolution. */
  multiplyAdds: count,
  samples: count,
  /** Everything before the layer in int8 as well. */
  accumulated: error,
  /** The layer alone in int8, its inputs from the float network. Absent where the op runs in float. */
  isolated: z.optional(error),
  /** Shares of the values at or beyond, and beyond, an end of the int8 range. */
  overflow: z.optional(measured),
  clipped: z.optional(measured),
  scale: z.optional(z.number()),
  zeroPoint: z.optional(z.int()),
});

/** Values of a float tensor over the samples. */
const histogram = z.object({
  tensor: count,
  /** Ends of the bins, which are equal: bin i is [min + i * (max - min) / n, …). */
  min: z.number(),
  max: z.number(),
  counts: z.array(count),
  /** The smallest and the largest value; the ends of the bins are at most a bin away. */
  lowest: z.optional(z.number()),
  highest: z.optional(z.number()),
  mean: z.number(),
  deviation: z.number(),
  notFinite: count,
  /** What the int8 range represents: low and high end, as real numbers. Absent where the tensor stays float. */
  clip: z.optional(z.object({ low: z.number(), high: z.number() })),
});

/** Weights of a convolution, a number per output channel. */
const weights = z.object({
  op: z.string(),
  type: z.string(),
  shape: z.array(count),
  bits: z.int(),
  min: numbers,
  max: numbers,
  /** Step of the int8 weight; absent where the weights stay float. */
  scale: z.optional(numbers),
  /** SNR of the rounded weights in dB; null for no noise. */
  snr: z.optional(numbers),
});

/** An image or array as the network sees it. */
const sample = z.object({
  name: z.string(),
  inputs: z.array(
    z.object({
      name: z.string(),
      shape: z.array(count),
      min: measured,
      max: measured,
      mean: measured,
      deviation: z.optional(measured),
      /** NaN and infinite values, which the numbers above leave out; absent: none. */
      notFinite: z.optional(count),
      /** The tensor turned back into pixels, its first channel red, a PNG as data URI. Absent for what is no image, and behind the first samples. */
      preview: z.optional(z.object({ width: count, height: count, png: z.string() })),
    }),
  ),
  /** An earlier sample that is nearly the same. */
  like: z.optional(count),
});

export const reportSchema = z.object({
  version: z.literal(REPORT_VERSION),
  tool: z.string(),
  source: file,
  written: file,
  /** What makes the same file again. */
  reproduce: z.object({
    command: z.string(),
    /** As it was read, with defaults filled in. */
    config: z.record(z.string(), z.unknown()),
    configFile: file,
    /** The keys that the file has; the others have their defaults. */
    given: z.optional(z.array(z.string())),
    /** Of the samples' names and contents, in their order. */
    samplesSha256: z.string(),
    versions: z.record(z.string(), z.string()),
    device: z.string(),
    backend: z.string(),
    threads: count,
  }),
  summary: z.object({
    convolutions: share,
    multiplyAdds: share,
    casts: count,
    /** Ops that run in float, by reason, most first. */
    float: z.array(
      z.object({ reason: z.string(), ops: z.array(z.object({ op: z.string(), type: z.string() })) }),
    ),
    findings: z.array(finding),
    warnings: z.array(z.string()),
  }),
  /** Of the network: int8 against float, in the order of the file. */
  outputs: z.array(z.object({ name: z.string(), shape: z.array(count), error })),
  /** In the order of execution. */
  layers: z.array(layer),
  histograms: z.array(histogram),
  weights: z.array(weights),
  /** With `equalize` or `bias_correction`. */
  corrections: z.optional(correctionsSchema),
  /** With weights learned from the samples (`GPTQ`). */
  rounding: z.optional(roundingSchema),
  /** Of a run whose settings were searched for. */
  auto: z.optional(autoSchema),
  samples: z.object({
    used: count,
    skipped: z.array(z.object({ name: z.string(), reason: z.string() })),
    list: z.array(sample),
  }),
  /** Seconds by phase, in their order. */
  timings: z.array(z.object({ phase: z.string(), seconds: z.number() })),
});

/** All that `--report` shows and `--json` prints: plain data. */
export type Report = z.infer<typeof reportSchema>;
export type ReportLayer = z.infer<typeof layer>;
export type ReportError = z.infer<typeof error>;
export type ReportFinding = z.infer<typeof finding>;
export type ReportHistogram = z.infer<typeof histogram>;
export type ReportWeights = z.infer<typeof weights>;
export type ReportSample = z.infer<typeof sample>;
