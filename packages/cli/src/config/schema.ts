import { z } from 'zod';

const count = z.int().min(1);
const share = z.number().gt(0).max(1).default(1);
const clamp = z.int().min(1).max(127).default(127);
const perChannel = z.array(z.number()).min(1).max(4);
const atMost = z.int().min(0);

const input = z.object({
  name: z.string().min(1).meta({ description: 'Name of an input of the model.' }),
  shape: z
    .array(count)
    .optional()
    .meta({ description: "Shape, where the model's is dynamic; the batch counts too." }),
  value: z
    .union([z.number(), z.array(z.number()).min(1)], { error: 'expected a number or an array of numbers' })
    .optional()
    .meta({ description: 'A number that fills the input, or all of its numbers: it is not sampled then.' }),
});

/**
 * Every key of MNN's config file (MNN 3.6.1, `tools/quantization`), and what we add: `bn`, patterns in
 * `skip_quant_op_names`, `$schema`. The texts are those of the JSON schema for editors.
 */
export const configSchema = z.object({
  path: z
    .string()
    .min(1)
    .refine((path) => !path.includes('\0'), 'expected a path without NUL characters')
    .meta({
      description: 'Folder with the samples, relative to the working directory.',
      examples: ['calibration/images/'],
    }),
  input_type: z
    .enum(['image', 'sequence'])
    .default('image')
    .meta({
      description: 'What path holds: images, or a folder per sample with a file of numbers per input.',
      examples: ['sequence'],
    }),
  used_sample_num: atMost.optional().meta({
    default: 0,
    description: 'How many samples to use, the first by name. 0: all.',
    examples: [200],
  }),
  used_image_num: atMost.optional().meta({
    default: 0,
    description: 'The older name of used_sample_num, which wins where both are given.',
    examples: [200],
  }),
  inputs: z
    .array(input)
    .default([])
    .meta({
      description: 'Inputs of a model that has several or dynamic ones: shape, or a constant value.',
      examples: [
        [
          { name: 'image', shape: [1, 3, 224, 224] },
          { name: 'threshold', shape: [1], value: 0.5 },
        ],
      ],
    }),
  format: z
    .enum(['RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY'])
    .default('BGR')
    .meta({
      description: "Channels of the model's input, in their order.",
      examples: ['RGB'],
    }),
  mean: perChannel.optional().meta({
    default: [0, 0, 0, 0],
    description: 'input = (pixel - mean) * normal, one number per channel of format, pixels from 0 to 255.',
    examples: [[127.5, 127.5, 127.5]],
  }),
  normal: perChannel.optional().meta({
    default: [1, 1, 1, 1],
    description: 'input = (pixel - mean) * normal, one number per channel of format.',
    examples: [[0.00784314, 0.00784314, 0.00784314]],
  }),
  width: count.optional().meta({
    description: "Width of the model's input. Default: the model's; needed where that is dynamic.",
    examples: [224],
  }),
  height: count.optional().meta({
    description: "Height of the model's input. Default: the model's; needed where that is dynamic.",
    examples: [224],
  }),
  center_crop_h: share.meta({
    description: 'Share of the height of an image that is used, around its centre.',
    examples: [0.875],
  }),
  center_crop_w: share.meta({
    description: 'Share of the width of an image that is used, around its centre.',
    examples: [0.875],
  }),
  feature_quantize_method: z
    .enum(['KL', 'ADMM', 'EMA'])
    .default('KL')
    .meta({
      description: 'How the scales of activations are found.',
      examples: ['EMA'],
    }),
  weight_quantize_method: z
    .enum(['MAX_ABS', 'ADMM'])
    .default('MAX_ABS')
    .meta({
      description: 'How the scales of weights are found, one per output channel.',
      examples: ['ADMM'],
    }),
  feature_clamp_value: clamp.meta({
    description: 'Largest quantized activation; less is coarser.',
    examples: [120],
  }),
  weight_clamp_value: clamp.meta({
    description: 'Largest quantized weight; at most 2^(quant_bits - 1) - 1 is used.',
    examples: [120],
  }),
  quant_bits: z
    .int()
    .min(2)
    .max(8)
    .default(8)
    .meta({
      description: 'Bits of a weight in the file. MNN computes with 8 bits whatever it is.',
      examples: [4],
    }),
  batch_size: count.optional().meta({
    description:
      "EMA: samples whose common range is one step of the average. Default: the model's batch; 32 where that is dynamic.",
    examples: [32],
  }),
  bn: z
    .enum(['fold', 'train'])
    .default('fold')
    .meta({
      description:
        'BatchNorm layers: folded with the stored statistics, or (with EMA) with those of the samples, as MNN does.',
      examples: ['fold'],
    }),
  winogradOpt: z
    .boolean()
    .default(true)
    .meta({
      description: "EMA: MNN's Winograd attributes where they help.",
      examples: [false],
    }),
  skip_quant_op_names: z
    .array(z.string().min(1))
    .default([])
    .meta({
      description: 'Ops that stay float: names, patterns with * and ?, type:NAME.',
      examples: [['conv1'], ['head/*', 'type:ConvolutionDepthwise']],
    }),
  debug: z
    .boolean()
    .default(false)
    .meta({
      description: 'Measures every layer against the float model: a table and DST.mnn.debug.json.',
      examples: [true],
    }),
  model: z
    .unknown()
    .optional()
    .meta({
      description: "Ignored, as in MNN. It is in the example of MNN's documentation.",
      examples: ['mobilenet.mnn'],
    }),
  winogradOptForMobile: z
    .unknown()
    .optional()
    .meta({
      description: 'The name of winogradOpt up to MNN 2.0. Ignored, as MNN does since.',
      deprecated: true,
      examples: [true],
    }),
  $schema: z
    .unknown()
    .optional()
    .meta({
      description: 'For editors: where this schema is. Ignored.',
      examples: ['./node_modules/mnnquant/schema/config.schema.json'],
    }),
});

/** A checked config, with defaults filled in. */
export type Config = z.infer<typeof configSchema>;

export const KNOWN_KEYS: readonly string[] = Object.keys(configSchema.shape);
