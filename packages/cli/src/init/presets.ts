import { channelCount, type PixelFormat } from '@mnnquant/calibrate';

export type Format = PixelFormat;

/** Turns pixels of 0 to 255 into what a network was trained with: (pixel - mean) * normal, per channel of the format. */
export interface Normalization {
  readonly mean: readonly number[];
  readonly normal: readonly number[];
}

export interface Preset {
  readonly name: string;
  /** What the network sees, and who trains so. */
  readonly meaning: string;
  /** In the order red, green, blue; of one number all channels have the same. */
  readonly mean: readonly number[];
  readonly normal: readonly number[];
}

/** Mean and standard deviation of ImageNet in parts of 255, as torchvision documents them for its models. */
const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

export const PRESETS: readonly [Preset, ...Preset[]] = [
  {
    name: 'imagenet',
    meaning: 'mean and standard deviation of ImageNet: most networks from PyTorch',
    mean: IMAGENET.mean.map((part) => rounded(255 * part)),
    normal: IMAGENET.deviation.map((part) => rounded(1 / (255 * part))),
  },
  { name: '0..1', meaning: 'pixels divided by 255', mean: [0], normal: [rounded(1 / 255)] },
  {
    name: '-1..1',
    meaning: 'from -1 to 1: many networks from TensorFlow',
    mean: [127.5],
    normal: [rounded(1 / 127.5)],
  },
  {
    name: '127.5/128',
    meaning: 'pixels minus 127.5, divided by 128: many networks for faces',
    mean: [127.5],
    normal: [1 / 128],
  },
  { name: 'none', meaning: 'pixels from 0 to 255 as they are', mean: [0], normal: [1] },
];

/** Numbers of a config are read by people. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** The preset's numbers, one per channel in the order of `format`. */
export function normalizationOf({ mean, normal }: Preset, format: Format): Normalization {
  return { mean: inOrder(mean, format), normal: inOrder(normal, format) };
}

function inOrder(numbers: readonly number[], format: Format): number[] {
  const channels = channelCount(format);
  if (numbers.length === 1) return new Array<number>(channels).fill(numbers[0]);
  // Of grey only brightness is left, for which green stands.
  if (channels === 1) return [numbers[1]];
  const colours = format.startsWith('B') ? numbers.toReversed() : numbers;
  // What is transparent is seldom normalized in another way than the rest.
  return channels === 4 ? [...colours, numbers[1]] : [...colours];
}
