import type { Change, KeyJob } from './key-job.ts';
import { smallNet } from './scratch.ts';

/** A key, a config in which it is wrong, and a part of what is said. */
export interface Refusal {
  readonly key: string;
  readonly change: Change;
  readonly message: string;
  readonly job?: KeyJob;
}

type Row = readonly [key: string, change: Change, message: string, job?: KeyJob];

const rows: readonly Row[] = [
  ['path', { path: undefined }, 'path: missing; expected a string'],
  ['path', { path: 'nowhere' }, 'path: expected a folder, but there is no '],
  ['path', { path: 'small.mnn' }, 'path: expected a folder, got the file '],
  ['used_image_num', { used_image_num: -1 }, 'used_image_num: expected at least 0, got -1'],
  ['used_sample_num', { used_sample_num: 1.5 }, 'used_sample_num: expected a whole number, got 1.5'],
  ['format', { format: 'YUV' }, 'format: expected "RGB", "BGR", "RGBA", "BGRA", "GRAY", got "YUV"'],
  [
    'format',
    { format: 'GRAY' },
    "format: the model's input image has 3 channels, GRAY gives 1; use RGB or BGR",
  ],
  ['mean', { mean: [1] }, 'mean: expected 3 numbers for RGB, got 1'],
  ['mean', { mean: 127.5 }, 'mean: expected an array, got 127.5'],
  ['normal', { normal: [1, 1] }, 'normal: expected 3 numbers for RGB, got 2'],
  ['normal', { normal: [0, 0, 0] }, 'normal: expected a number that is not 0'],
  ['width', { width: 0 }, 'width: expected at least 1, got 0'],
  ['width', { width: 9 }, "width: the model's input image [1,3,6,8] needs 8, the config says 9"],
  ['width', { width: undefined }, 'width: missing; ', { net: smallNet(-1, -1) }],
  ['height', { height: '6' }, 'height: expected a number, got "6"'],
  ['height', { height: 8 }, "height: the model's input image [1,3,6,8] needs 6, the config says 8"],
  ['center_crop_h', { center_crop_h: 0 }, 'center_crop_h: expected more than 0, got 0'],
  ['center_crop_h', { center_crop_h: 0.1 }, 'centre crop leaves 5x0 of 5x3'],
  ['center_crop_w', { center_crop_w: 1.1 }, 'center_crop_w: expected at most 1, got 1.1'],
  [
    'feature_quantize_method',
    { feature_quantize_method: 'kl' },
    'feature_quantize_method: expected "KL", "ADMM", "EMA", "MSE", "PERCENTILE", "MAX", "AUTO", got "kl"',
  ],
  [
    'weight_quantize_method',
    { weight_quantize_method: 'EMA' },
    'weight_quantize_method: expected "MAX_ABS", "ADMM", "MSE", "GPTQ", got "EMA"',
  ],
  ['feature_percentile', { feature_percentile: 0 }, 'feature_percentile: expected more than 0, got 0'],
  ['feature_percentile', { feature_percentile: 101 }, 'feature_percentile: expected at most 100, got 101'],
  ['feature_asymmetric', { feature_asymmetric: 1 }, 'feature_asymmetric: expected true or false, got 1'],
  ['feature_clamp_value', { feature_clamp_value: 128 }, 'feature_clamp_value: expected at most 127, got 128'],
  ['weight_clamp_value', { weight_clamp_value: 0 }, 'weight_clamp_value: expected at least 1, got 0'],
  ['quant_bits', { quant_bits: 1 }, 'quant_bits: expected at least 2, got 1'],
  ['quant_bits', { quant_bits: 16 }, 'quant_bits: expected at most 8, got 16'],
  ['batch_size', { batch_size: 0 }, 'batch_size: expected at least 1, got 0'],
  [
    'bn',
    { bn: 'train', feature_quantize_method: 'EMA', weight_quantize_method: 'GPTQ' },
    'weight_quantize_method: GPTQ cannot go with "bn": "train"',
  ],
  ['bn', { bn: true }, 'bn: expected "fold", "train", got true'],
  ['equalize', { equalize: 1 }, 'equalize: expected true or false, got 1'],
  [
    'equalize',
    { equalize: true, bn: 'train', feature_quantize_method: 'EMA' },
    'equalize: not with "bn": "train"',
  ],
  ['bias_correction', { bias_correction: 'yes' }, 'bias_correction: expected true or false, got "yes"'],
  ['winogradOpt', { winogradOpt: 1 }, 'winogradOpt: expected true or false, got 1'],
  [
    'skip_quant_op_names',
    { skip_quant_op_names: ['conw1', 'pool*'] },
    'skip_quant_op_names: the model has no op "conw1"; the nearest are "conv1", "conv2", "image"\n' +
      'skip_quant_op_names: the model has no op that matches "pool*"',
  ],
  [
    'skip_quant_op_names',
    { skip_quant_op_names: 'conv1' },
    'skip_quant_op_names: expected an array, got "conv1"',
  ],
  ['input_type', { input_type: 'video' }, 'input_type: expected "image", "sequence", got "video"'],
  ['inputs', { inputs: [{ shape: [1] }] }, 'inputs.0.name: missing; expected a string'],
  [
    'inputs',
    { inputs: [{ name: 'image', value: 'x', shape: [1, -1] }] },
    'inputs.0.shape.1: expected at least 1, got -1\n' +
      '  inputs.0.value: expected a number or an array of numbers, got "x"',
  ],
  ['inputs', { inputs: { image: [1] } }, 'inputs: expected an array, got an object'],
  ['inputs', { inputs: [{ name: 'imag', value: 1 }] }, 'inputs: no input is called "imag"'],
  ['debug', { debug: 'yes' }, 'debug: expected true or false, got "yes"'],
];

export const refusals: readonly Refusal[] = rows.map(([key, change, message, job]) => ({
  key,
  change,
  message,
  job,
}));
