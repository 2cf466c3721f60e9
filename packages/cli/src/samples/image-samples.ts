import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type PixelImage, sampleImage } from '@mnnquant/calibrate';
import type { Graph, TensorData } from '@mnnquant/graph';
import { type ImageInput, imageInput } from '../check-input.ts';
import type { Config } from '../config/schema.ts';
import { UsageError } from '../errors.ts';
import { openImageFolder } from '../images/folder.ts';
import { constantInput, inputEntries } from './constant-inputs.ts';
import { configuredShape, shapeProblem } from './input-shapes.ts';
import type { OpenedSamples, OpenOptions, SampleSource } from './opened.ts';

/**
 * Samples as images for one input; other inputs have the constant of the config.
 *
 * @throws {UsageError} where the model's inputs do not fit, before any image is read
 */
export function imageSource(graph: Graph, config: Config, limit: number | undefined): SampleSource {
  const image = imageInput(graph, config);
  const constants = constantsOf(graph, config, image);
  const shapes = new Map<string, readonly number[]>([
    [image.name, image.shape],
    ...[...constants].map(([name, { shape }]): [string, readonly number[]] => [name, shape]),
  ]);
  const data = [...constants].map(([name, { content }]): [string, TensorData] => [name, content]);
  const count = Math.min(readdirSync(config.path).length, limit ?? Number.POSITIVE_INFINITY);
  return { shapes, count, open: (options) => openImages(config, image, data, limit, options) };
}

function constantsOf(graph: Graph, config: Config, image: ImageInput) {
  const entries = inputEntries(graph.inputs, config);
  const constants = new Map<string, { shape: readonly number[]; content: TensorData }>();
  for (const input of graph.inputs) {
    if (input.name === image.name) continue;
    const entry = entries.get(input.name);
    const shape = configuredShape(input, config, entry?.shape);
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

async function openImages(
  config: Config,
  input: ImageInput,
  constants: readonly (readonly [string, TensorData])[],
  limit: number | undefined,
  { cacheBytes, shared, onProgress }: OpenOptions,
): Promise<OpenedSamples> {
  const sampling = {
    format: config.format,
    mean: config.mean ?? [],
    normal: config.normal ?? [],
    width: input.width,
    height: input.height,
    centerCropHeight: config.center_crop_h,
    centerCropWidth: config.center_crop_w,
  };
  const { names, skipped, unused, load } = await openImageFolder({
    path: config.path,
    limit,
    prepare: (image: PixelImage) => sampleImage(image, sampling, input.layout),
    cacheBytes,
    shared,
    onProgress,
  });
  return {
    count: names.length,
    names,
    files: names.map((name) => join(config.path, name)),
    skipped,
    unused,
    warnings: [],
    name: (index) => names[index] ?? `sample ${index}`,
    load: async (index) => new Map([[input.name, await load(index)], ...constants]),
  };
}
