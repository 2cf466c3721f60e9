import { channelCount, type SampleSet } from '@mnnquant/calibrate';
import type { ExecutionPlan, TensorData } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import { type Picture, pictureOf } from './picture.ts';
import { similarTo } from './signature.ts';

/** A picture in a file's form. */
export interface EncodedPicture {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** Makes a PNG of a picture, smaller than it where it is large. */
export type EncodePng = (picture: Picture) => Promise<EncodedPicture>;

export interface SeenInput {
  readonly name: string;
  readonly shape: readonly number[];
  /** Of the finite values; NaN where there is none. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly deviation: number;
  readonly notFinite: number;
  readonly preview?: EncodedPicture;
}

/** A sample as the network sees it. */
export interface SeenSample {
  readonly name: string;
  readonly inputs: readonly SeenInput[];
  /** An earlier sample that is nearly the same. */
  readonly like?: number;
}

export interface SeeingOptions {
  readonly samples: SampleSet & { readonly names: readonly string[] };
  readonly plan: ExecutionPlan;
  readonly config: Config;
  /** Absent: no pictures. */
  readonly encode?: EncodePng | undefined;
}

/** So many pictures tell whether crop, size and colours are right. */
const MOST_PREVIEWS = 24;

/** All PNGs together: what a page with them takes is still sent by mail, and opened by a phone. */
const MOST_PICTURE_BYTES = 1_500_000;

/** Looks at every sample: what its numbers are, and the first ones as pictures. */
export async function seeSamples({ samples, plan, config, encode }: SeeingOptions): Promise<SeenSample[]> {
  const seen: SeenSample[] = [];
  const similar = similarTo();
  const album = new Album(config, encode);
  for (let index = 0; index < samples.count; index++) {
    const sample = await samples.load(index);
    const shapes = samples.shapes?.(index);
    const inputs: SeenInput[] = [];
    for (const { name, desc } of plan.inputs) {
      const data = sample.get(name);
      if (data === undefined) continue;
      const shape = shapes?.get(name) ?? desc.shape;
      const isImage = desc.dtype === 'float32' && hasChannels(shape, desc.layout, config);
      const pictures = isImage ? await album.add(index, data, shape, desc.layout === 'NHWC') : {};
      inputs.push({ name, shape, ...statisticsOf(data), ...pictures });
    }
    const like = similar([...sample.values()]);
    seen.push({
      name: samples.names[index] ?? `sample ${index}`,
      inputs,
      ...(like !== undefined && { like }),
    });
  }
  return seen;
}

/** Whether a tensor can be the image of a config that has images; others are constants. */
function hasChannels(shape: readonly number[], layout: string, { input_type, format }: Config): boolean {
  if (input_type !== 'image' || shape.length !== 4) return false;
  return shape[layout === 'NHWC' ? 3 : 1] === channelCount(format);
}

/** The pictures, as long as there is room for more. */
class Album {
  readonly #config: Config;
  readonly #encode: EncodePng | undefined;
  #bytes = 0;

  constructor(config: Config, encode: EncodePng | undefined) {
    this.#config = config;
    this.#encode = encode;
  }

  async add(
    index: number,
    data: TensorData,
    shape: readonly number[],
    nhwc: boolean,
  ): Promise<Pick<SeenInput, 'preview'>> {
    if (this.#encode === undefined || index >= MOST_PREVIEWS) return {};
    const encoded = await this.#encode(pictureOf(data, shape, nhwc, this.#config));
    if (this.#bytes + encoded.png.length > MOST_PICTURE_BYTES) return {};
    this.#bytes += encoded.png.length;
    return { preview: encoded };
  }
}

type Statistics = Pick<SeenInput, 'min' | 'max' | 'mean' | 'deviation' | 'notFinite'>;

/** Of the finite values: x - x is 0 for those alone. */
function statisticsOf(data: TensorData): Statistics {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [count, sum, squares] = [0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const x = data[i];
    if (x - x !== 0) continue;
    count++;
    sum += x;
    if (x < min) min = x;
    if (x > max) max = x;
  }
  const notFinite = data.length - count;
  if (count === 0) return { min: NaN, max: NaN, mean: NaN, deviation: NaN, notFinite };
  const mean = sum / count;
  for (let i = 0; i < data.length; i++) {
    const x = data[i];
    if (x - x === 0) squares += (x - mean) * (x - mean);
  }
  return { min, max, mean, deviation: Math.sqrt(squares / count), notFinite };
}
