import { z } from 'zod';

const numbers = z.array(z.number()).min(1).max(4);
const clamp = z.int().min(1).max(127);
const share = z.number().gt(0).max(1);
const count = z.int().min(1);

/**
 * Every key of MNN's config file (MNN 3.6.1 tools/quantization). Keys that are in it but not in the
 * types below are accepted and have no effect in this release; a warning says so.
 */
export const configSchema = z.object({
  format: z.enum(['RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY']).default('BGR'),
  mean: numbers.optional(),
  normal: numbers.optional(),
  width: count.optional(),
  height: count.optional(),
  center_crop_h: share.default(1),
  center_crop_w: share.default(1),
  path: z.string().min(1),
  // 0 is MNN's default and means all.
  used_image_num: z.int().min(0).optional(),
  used_sample_num: z.int().min(0).optional(),
  feature_quantize_method: z.enum(['KL']).default('KL'),
  weight_quantize_method: z.enum(['MAX_ABS']).default('MAX_ABS'),
  feature_clamp_value: clamp.default(127),
  weight_clamp_value: clamp.default(127),
  quant_bits: z.literal(8).default(8),
  skip_quant_op_names: z.array(z.string()).default([]),
  input_type: z.enum(['image']).default('image'),
  batch_size: count.optional(),
  debug: z.boolean().optional(),
  winogradOpt: z.boolean().optional(),
  winogradOptForMobile: z.boolean().optional(),
  model: z.unknown().optional(),
  inputs: z.unknown().optional(),
  /** For editors. */
  $schema: z.unknown().optional(),
});

/** A checked config, with defaults filled in. */
export type Config = z.infer<typeof configSchema>;

export const KNOWN_KEYS: readonly string[] = Object.keys(configSchema.shape);

/** Values that MNN knows and this release does not. */
export const LATER: Readonly<Record<string, readonly unknown[]>> = {
  feature_quantize_method: ['ADMM', 'EMA'],
  weight_quantize_method: ['ADMM'],
  quant_bits: [2, 3, 4, 5, 6, 7],
  input_type: ['sequence'],
};

/** Keys of MNN's that have no effect with the methods of this release, and why. */
export const WITHOUT_EFFECT: Readonly<Record<string, string>> = {
  batch_size: 'only EMA uses it',
  winogradOpt: 'only EMA uses it',
  winogradOptForMobile: 'only EMA uses it',
};
