import { type PixelImage, type SampleOptions, sampleImage } from '@mnnquant/calibrate';
import type { Graph, TensorData } from '@mnnquant/graph';
import { type ImageInput, imageInput } from '../check-input.ts';
import type { Config } from '../config/schema.ts';
import { UsageError } from '../errors.ts';
import type { ImageSet, PreparingOptions } from '../images/image-set.ts';
import { constantInput, inputEntries } from './constant-inputs.ts';
import { configuredShape, entryShape, shapeProblem } from './input-shapes.ts';
import type { OpenedSamples, OpenOptions, SampleSource } from './opened.ts';

/** Where the images of a job are. */
export interface ImageStore {
  /** How many files there are: some may turn out to be no images. */
  readonly count: number;
  open(options: PreparingOptions): Promise<ImageSet>;
  /** The path of an image, where it has one. */
  path?(name: string): string;
}

/**
 * Samples as images for one input; other inputs have the constant of the config.
 *
 * @throws {UsageError} where the model's inputs do not fit, before any image is read
 */
export function imageSource(
  graph: Graph,
  config: Config,
  limit: number | undefined,
  store: ImageStore,
): SampleSource {
  const image = imageInput(graph, config);
  const constants = constantsOf(graph, config, image);
  const shapes = new Map<string, readonly number[]>([
    [image.name, image.shape],
    ...[...constants].map(([name, { shape }]): [string, readonly number[]] => [name, shape]),
  ]);
  const data = [...constants].map(([name, { content }]): [string, TensorData] => [name, content]);
  const count = Math.min(store.count, limit ?? Number.POSITIVE_INFINITY);
  const open = async (options: OpenOptions): Promise<OpenedSamples> => {
    const prepare = (pixels: PixelImage) => sampleImage(pixels, samplingOf(config, image), image.layout);
    return samplesOf(await store.open({ ...options, limit, prepare }), image, data, store);
  };
  return { shapes, count, open };
}

function constantsOf(graph: Graph, config: Config, image: ImageInput) {
  const entries = inputEntries(graph.inputs, config);
  const constants = new Map<string, { shape: readonly number[]; content: TensorData }>();
  for (const input of graph.inputs) {
    if (input.name === image.name) continue;
    const entry = entries.get(input.name);
    const shape = configuredShape(input, config, entryShape(input, entry));
    if (shape === undefined)
      throw new UsageError(
        `inputs: ${input.name}: shape: missing; the model's is dynamic ([${input.desc.shape}])`,
      );
    const problem = shapeProblem(input, shape);
    if (problem) throw new UsageError(`inputs: ${input.name}: ${problem}`);
    // The image input was found as the only one without a value.
    constants.set(input.name, { shape, content: constantInput(input, shape, entry!.value!) });
  }
  return constants;
}

/** How a config makes the network's input of an image. */
export function samplingOf(config: Config, { width, height }: ImageInput): SampleOptions {
  return {
    format: config.format,
    mean: config.mean ?? [],
    normal: config.normal ?? [],
    width,
    height,
    centerCropHeight: config.center_crop_h,
    centerCropWidth: config.center_crop_w,
  };
}

function samplesOf(
  { names, skipped, unused, hashes, rejected, load }: ImageSet,
  input: ImageInput,
  constants: readonly (readonly [string, TensorData])[],
  { path }: ImageStore,
): OpenedSamples {
  return {
    count: names.length,
    names,
    files: path ? names.map(path) : [],
    skipped,
    unused,
    warnings: [],
    ...(hashes && { hashes, rejected }),
    name: (index) => names[index] ?? `sample ${index}`,
    load: async (index) => new Map([[input.name, await load(index)], ...constants]),
  };
}
