import { channelCount } from '@mnnquant/calibrate';
import { channelAxis, type Graph, type GraphInput, spatialAxis } from '@mnnquant/graph';
import type { Config } from './config/schema.ts';
import { UsageError } from './errors.ts';

/** The image that the network takes. */
export interface ImageInput {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly layout: 'NCHW' | 'NHWC';
  /** The shape to plan with, batch 1. */
  readonly shape: readonly number[];
}

/**
 * Finds the image input and checks it against the config: number of inputs, channels, size.
 *
 * @throws {UsageError} with expected and got
 */
export function imageInput(graph: Graph, config: Config): ImageInput {
  if (graph.inputs.length !== 1) {
    const names = graph.inputs.map(({ name }) => name).join(', ');
    throw new UsageError(
      `input_type "image" needs a model with one input, this one has ${graph.inputs.length}: ${names}`,
    );
  }
  const [input] = graph.inputs;
  const { shape, dtype, layout } = input.desc;
  if (shape.length !== 4 || dtype !== 'float32') {
    throw new UsageError(
      `input ${input.name}: expected a float image [N,C,H,W] or [N,H,W,C], the model has ${dtype} [${shape}]`,
    );
  }
  checkChannels(input, config);
  const axis = spatialAxis(layout);
  const height = extent(input, 'height', shape[axis], config.height);
  const width = extent(input, 'width', shape[axis + 1], config.width);
  const channels = channelCount(config.format);
  const nhwc = layout === 'NHWC';
  return {
    name: input.name,
    width,
    height,
    layout: nhwc ? 'NHWC' : 'NCHW',
    shape: nhwc ? [1, height, width, channels] : [1, channels, height, width],
  };
}

function checkChannels({ name, desc }: GraphInput, { format }: Config): void {
  const wanted = desc.shape[channelAxis(desc.layout, 4)];
  const given = channelCount(format);
  if (wanted < 0 || wanted === given) return;
  const fitting =
    wanted === 1 ? 'GRAY' : wanted === 3 ? 'RGB or BGR' : wanted === 4 ? 'RGBA or BGRA' : undefined;
  const advice = fitting ? `use ${fitting}` : 'no image format has as many';
  throw new UsageError(
    `format: the model's input ${name} has ${wanted} channels, ${format} gives ${given}; ${advice}`,
  );
}

function extent(
  { name, desc }: GraphInput,
  key: 'width' | 'height',
  model: number,
  config: number | undefined,
): number {
  if (model < 1 && config === undefined) {
    throw new UsageError(
      `${key}: missing; the model's input ${name} has a dynamic size [${desc.shape}], so the config must say it`,
    );
  }
  if (model >= 1 && config !== undefined && model !== config) {
    throw new UsageError(
      `${key}: the model's input ${name} [${desc.shape}] needs ${model}, the config says ${config}`,
    );
  }
  return model >= 1 ? model : config!;
}
