import type { ChannelStatistics, FirstLayer } from '../facts.ts';
import { type Found, type ImageRun, imageCheck } from '../finding.ts';
import { orderOf } from './colour-order.ts';

/**
 * How large what the first layer makes of the images is, against its biases (root mean squares; weights as if pixels did
 * not depend on each other). For thirteen trained networks with their own preprocessing it lies between 0.7 and 8.2; with
 * pixels as they are in its place, above 80; for two that were trained on pixels of 0 to 255 with such a layer, below 0.02
 * when these are divided by 255. SqueezeNet of Caffe and YOLOX, which take pixels without a factor, have about 1000.
 */
const TOO_SMALL = 0.1;
const TOO_LARGE = 40;

/** All values of a channel within so little are one value. */
const CONSTANT = 1e-6;
/** Input values of images deviate by about 0.25 to 1, or by 70 without a factor. */
const LITTLE = 0.01;

/** Input values that the network cannot have been made for. */
export const inputRange = imageCheck('input-range', (run) => {
  const { channels } = run.images;
  if (channels.length === 0) return [];
  const flat = [...channels.entries()].filter(([, { deviation }]) => !(deviation > CONSTANT));
  if (flat.length > 0)
    return [
      flatChannels(
        flat.map(([i]) => i),
        run,
      ),
    ];
  const found = run.model.firstLayer === undefined ? [] : firstLayerFindings(run.model.firstLayer, run);
  return found.length > 0 ? found : littleDeviation(channels);
});

/** Where the first layer tells nothing. */
function littleDeviation(channels: readonly ChannelStatistics[]): Found[] {
  const most = Math.max(...channels.map(({ deviation }) => deviation));
  if (most >= LITTLE) return [];
  return [
    {
      level: 'warning',
      text: `input values ${rangeText(channels)} deviate by ${round(most)} only`,
      advice:
        'normal is probably too small: it is one factor, (pixel - mean) * normal, with pixels from 0 to 255',
    },
  ];
}

function flatChannels(flat: readonly number[], { config }: ImageRun): Found {
  const zero = flat.filter((i) => config.normal?.[i] === 0);
  return {
    level: zero.length > 0 ? 'problem' : 'warning',
    text: `channel ${flat.join(', ')} of the input has the same value in every pixel of every image`,
    advice:
      zero.length > 0 ? `normal[${zero[0]}] is 0, which makes the channel 0` : 'see the images and normal',
  };
}

function firstLayerFindings(layer: FirstLayer, run: ImageRun): Found[] {
  const { images, config } = run;
  const ratio = (rootMeanSquare(images.channels) * layer.weights) / layer.bias;
  const values = rangeText(images.channels);
  if (ratio < TOO_SMALL)
    return [
      {
        level: 'warning',
        text: `input values ${values}: too small for ${layer.name}, whose biases are ${round(1 / ratio)} times what it makes of them; the images hardly count`,
        advice:
          'normal is too small, probably by 255: a network trained on pixels of 0 to 255 needs "normal": [1, 1, 1]',
      },
    ];
  if (ratio > TOO_LARGE && !isCaffe(config))
    return [
      {
        level: 'warning',
        text: `input values ${values}: large for ${layer.name}, which makes values ${round(ratio)} times its biases of them`,
        advice:
          'right if the network was trained on pixels of 0 to 255, as YOLOX is; most take about -1 to 1: "mean": [127.5, 127.5, 127.5], "normal": [0.00784314, 0.00784314, 0.00784314], or 0 to 1: "normal": [0.00392157, …]',
      },
    ];
  return [];
}

/** Networks of Caffe subtract the mean and divide by nothing. */
function isCaffe({ mean = [], normal = [] }: ImageRun['config']): boolean {
  return mean.length >= 3 && orderOf(mean) !== undefined && normal.every((value) => value === 1);
}

export function rootMeanSquare(channels: readonly ChannelStatistics[]): number {
  const squares = channels.map(({ mean, deviation }) => mean ** 2 + deviation ** 2);
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length);
}

function rangeText(channels: readonly ChannelStatistics[]): string {
  const min = Math.min(...channels.map((channel) => channel.min));
  const max = Math.max(...channels.map((channel) => channel.max));
  const mean = channels.reduce((sum, channel) => sum + channel.mean, 0) / channels.length;
  return `from ${round(min)} to ${round(max)}, mean ${round(mean)}`;
}

const round = (value: number): string => String(Number(value.toPrecision(3)));
