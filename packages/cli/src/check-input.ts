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
  const axis = spatialAxis(layout);
  const [modelHeight, modelWidth] = [shape[axis], shape[axis + 1]];
  const problems = [
    channelProblem(input, config),
    sizeProblem(input, 'height', modelHeight, config.height),
    sizeProblem(input, 'width', modelWidth, config.width),
  ].filter((problem) => problem !== undefined);
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
  // Where the model's size is dynamic, the config has one: that was checked.
  const height = modelHeight >= 1 ? modelHeight : config.height!;
  const width = modelWidth >= 1 ? modelWidth : config.width!;
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

function channelProblem({ name, desc }: GraphInput, { format }: Config): string | undefined {
  const wanted = desc.shape[channelAxis(desc.layout, 4)];
  const given = channelCount(format);
  if (wanted < 0 || wanted === given) return undefined;
  const fitting =
    wanted === 1 ? 'GRAY' : wanted === 3 ? 'RGB or BGR' : wanted === 4 ? 'RGBA or BGRA' : undefined;
  const advice = fitting ? `use ${fitting}` : 'no image format has as many';
  return `format: the model's input ${name} has ${wanted} channels, ${format} gives ${given}; ${advice}`;
}

function sizeProblem(
  { name, desc }: GraphInput,
  key: 'width' | 'height',
  model: number,
  config: number | undefined,
): string | undefined {
  const input = `the model's input ${name}`;
  if (model < 1 && config === undefined)
    return `${key}: missing; ${input} has a dynamic size [${desc.shape}], so the config must say it`;
  if (model >= 1 && config !== undefined && model !== config)
    return `${key}: ${input} [${desc.shape}] needs ${model}, the config says ${config}`;
  return undefined;
}
