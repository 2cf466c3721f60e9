// The small build of zod: the usual one takes longer to load than a config takes to be checked.
import { DEFAULT_PERCENTILE } from '@mnnquant/calibrate';
import * as z from 'zod/mini';
import { FEATURE_METHODS } from './feature-methods.ts';

/** What the JSON schema for editors says of a key, besides what its values are. */
interface KeyNotes {
  readonly description: string;
  readonly examples?: readonly unknown[];
  /** Where the value that stands for a missing key is found elsewhere. */
  readonly default?: unknown;
  readonly deprecated?: boolean;
}

export const keyNotes = z.registry<KeyNotes>();

const count = z.int().check(z.minimum(1));
const atMost = z.int().check(z.minimum(0));
const perChannel = z.array(z.number()).check(z.minLength(1), z.maxLength(4));
// Notes go to a schema of their own, so these are made anew for each key.
const share = () => z._default(z.number().check(z.gt(0), z.maximum(1)), 1);
const clamp = () => z._default(z.int().check(z.minimum(1), z.maximum(127)), 127);

const input = z.object({
  name: z
    .string()
    .check(z.minLength(1))
    .register(keyNotes, { description: 'Name of an input of the model.' }),
  shape: z
    .optional(z.array(count))
    .register(keyNotes, { description: "Shape, where the model's is dynamic; the batch counts too." }),
  value: z
    .optional(
      z.union([z.number(), z.array(z.number()).check(z.minLength(1))], {
        error: 'expected a number or an array of numbers',
      }),
    )
    .register(keyNotes, {
      description: 'A number that fills the input, or all of its numbers: it is not sampled then.',
    }),
});

/**
 * Every key of MNN's config file (MNN 3.6.1, `tools/quantization`), and what we add: `bn`, `feature_percentile`, `feature_asymmetric`, the methods that MNN does not have, patterns in
 * `skip_quant_op_names`, `$schema`. The texts are those of the JSON schema for editors.
 */
export const configSchema = z.object({
  path: z
    .string()
    .check(
      z.minLength(1),
      z.refine((path) => !path.includes('\0'), 'expected a path without NUL characters'),
    )
    .register(keyNotes, {
      description: 'Folder with the samples, relative to the working directory.',
      examples: ['calibration/images/'],
    }),
  input_type: z._default(z.enum(['image', 'sequence']), 'image').register(keyNotes, {
    description: 'What path holds: images, or a folder per sample with a file of numbers per input.',
    examples: ['sequence'],
  }),
  used_sample_num: z.optional(atMost).register(keyNotes, {
    default: 0,
    description: 'How many samples to use, the first by name. 0: all.',
    examples: [200],
  }),
  used_image_num: z.optional(atMost).register(keyNotes, {
    default: 0,
    description: 'The older name of used_sample_num, which wins where both are given.',
    examples: [200],
  }),
  inputs: z._default(z.array(input), []).register(keyNotes, {
    description: 'Inputs of a model that has several or dynamic ones: shape, or a constant value.',
    examples: [
      [
        { name: 'image', shape: [1, 3, 224, 224] },
        { name: 'threshold', shape: [1], value: 0.5 },
      ],
    ],
  }),
  format: z._default(z.enum(['RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY']), 'BGR').register(keyNotes, {
    description: "Channels of the model's input, in their order.",
    examples: ['RGB'],
  }),
  mean: z.optional(perChannel).register(keyNotes, {
    default: [0, 0, 0, 0],
    description: 'input = (pixel - mean) * normal, one number per channel of format, pixels from 0 to 255.',
    examples: [[127.5, 127.5, 127.5]],
  }),
  normal: z.optional(perChannel).register(keyNotes, {
    default: [1, 1, 1, 1],
    description: 'input = (pixel - mean) * normal, one number per channel of format.',
    examples: [[0.00784314, 0.00784314, 0.00784314]],
  }),
  width: z.optional(count).register(keyNotes, {
    description: "Width of the model's input. Default: the model's; needed where that is dynamic.",
    examples: [224],
  }),
  height: z.optional(count).register(keyNotes, {
    description: "Height of the model's input. Default: the model's; needed where that is dynamic.",
    examples: [224],
  }),
  center_crop_h: share().register(keyNotes, {
    description: 'Share of the height of an image that is used, around its centre.',
    examples: [0.875],
  }),
  center_crop_w: share().register(keyNotes, {
    description: 'Share of the width of an image that is used, around its centre.',
    examples: [0.875],
  }),
  feature_quantize_method: z._default(z.enum(FEATURE_METHODS), 'KL').register(keyNotes, {
    description:
      'How the scales of activations are found. AUTO: settings are tried, and those taken with which the network loses least.',
    examples: ['AUTO'],
  }),
  feature_percentile: z
    ._default(z.number().check(z.gt(0), z.maximum(100)), DEFAULT_PERCENTILE)
    .register(keyNotes, {
      description: 'PERCENTILE: how many percent of the values of an activation are not cut off.',
      examples: [99.9],
    }),
  feature_asymmetric: z._default(z.boolean(), false).register(keyNotes, {
    description:
      'Zero points for activations that reach farther on one side of 0, such as those behind a ReLU: twice the levels. EMA always has them.',
    examples: [true],
  }),
  weight_quantize_method: z
    ._default(z.enum(['MAX_ABS', 'ADMM', 'MSE', 'GPTQ']), 'MAX_ABS')
    .register(keyNotes, {
      description:
        'How weights are rounded, with one scale per output channel. GPTQ: learned layer by layer from the samples.',
      examples: ['GPTQ'],
    }),
  feature_clamp_value: clamp().register(keyNotes, {
    description: 'Largest quantized activation; less is coarser.',
    examples: [120],
  }),
  weight_clamp_value: clamp().register(keyNotes, {
    description: 'Largest quantized weight; at most 2^(quant_bits - 1) - 1 is used.',
    examples: [120],
  }),
  quant_bits: z._default(z.int().check(z.minimum(2), z.maximum(8)), 8).register(keyNotes, {
    description: 'Bits of a weight in the file. MNN computes with 8 bits whatever it is.',
    examples: [4],
  }),
  batch_size: z.optional(count).register(keyNotes, {
    description:
      "EMA: samples whose common range is one step of the average. Default: the model's batch; 32 where that is dynamic.",
    examples: [32],
  }),
  bn: z._default(z.enum(['fold', 'train']), 'fold').register(keyNotes, {
    description:
      'BatchNorm layers: folded with the stored statistics, or (with EMA) with those of the samples, as MNN does.',
    examples: ['fold'],
  }),
  winogradOpt: z._default(z.boolean(), true).register(keyNotes, {
    description: "EMA: MNN's Winograd attributes where they help.",
    examples: [false],
  }),
  equalize: z._default(z.boolean(), false).register(keyNotes, {
    description:
      'Gives channels between two convolutions more equal ranges before calibration; the function stays.',
    examples: [true],
  }),
  bias_correction: z._default(z.boolean(), false).register(keyNotes, {
    description:
      'Moves the biases of int8 convolutions so that the mean of every channel is that of the float model.',
    examples: [true],
  }),
  skip_quant_op_names: z._default(z.array(z.string().check(z.minLength(1))), []).register(keyNotes, {
    description: 'Ops that stay float: names, patterns with * and ?, type:NAME.',
    examples: [['conv1'], ['head/*', 'type:ConvolutionDepthwise']],
  }),
  debug: z._default(z.boolean(), false).register(keyNotes, {
    description: 'Measures every layer against the float model: a table and DST.mnn.debug.json.',
    examples: [true],
  }),
  model: z.optional(z.unknown()).register(keyNotes, {
    description: "Ignored, as in MNN. It is in the example of MNN's documentation.",
    examples: ['mobilenet.mnn'],
  }),
  winogradOptForMobile: z.optional(z.unknown()).register(keyNotes, {
    description: 'The name of winogradOpt up to MNN 2.0. Ignored, as MNN does since.',
    deprecated: true,
    examples: [true],
  }),
  $schema: z.optional(z.unknown()).register(keyNotes, {
    description: 'For editors: where this schema is. Ignored.',
    examples: ['./node_modules/mnnquant/schema/config.schema.json'],
  }),
});

/** A checked config, with defaults filled in. */
export type Config = z.infer<typeof configSchema>;

export const KNOWN_KEYS: readonly string[] = Object.keys(configSchema.shape);
