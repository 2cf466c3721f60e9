import { channelCount } from '@mnnquant/calibrate';
import { channelAxis, type Graph, type GraphInput, spatialAxis } from '@mnnquant/graph';
import type { Config } from './config/schema.ts';
import { UsageError } from './errors.ts';
import { shapeProblem } from './samples/input-shapes.ts';

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
  const input = withConfiguredShape(findImageInput(graph, config), config);
  const { shape, dtype, layout } = input.desc;
  if (shape.length === 0)
    throw new UsageError(
      `inputs: the model does not say the shape of ${input.name}; say it: "inputs": [{"name": "${input.name}", "shape": [1, …]}]`,
    );
  if (shape.length !== 4 || dtype !== 'float32') {
    throw new UsageError(
      `input ${input.name}: expected a float image [N,C,H,W] or [N,H,W,C], the model has ${dtype} [${shape}]; use input_type "sequence"`,
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

/** The input with what `inputs` says about its shape, where the model leaves it open. */
function withConfiguredShape(input: GraphInput, { inputs }: Config): GraphInput {
  const given = inputs.find(({ name }) => name === input.name)?.shape;
  if (given === undefined) return input;
  const problem = shapeProblem(input, given);
  if (problem) throw new UsageError(`inputs: ${input.name}: ${problem}`);
  if (given[0] !== 1)
    throw new UsageError(
      `inputs: ${input.name}: expected a batch of 1, as one image is one sample, got [${given}]`,
    );
  return { ...input, desc: { ...input.desc, shape: given } };
}

/** The only input; of several the one that can be an image and has no constant content. */
function findImageInput(graph: Graph, config: Config): GraphInput {
  const constant = new Set(config.inputs.filter(({ value }) => value !== undefined).map(({ name }) => name));
  const open = graph.inputs.filter(({ name }) => !constant.has(name));
  if (open.length === 1) return open[0];
  if (open.length === 0)
    throw new UsageError('inputs: every input has a value, so none is left for the images');
  const list = graph.inputs.map(({ name, desc }) => `  ${name}: ${desc.dtype} [${desc.shape}]`);
  const images = open.filter(isImage);
  const others = images.length === 1 ? open.filter((input) => input !== images[0]) : open;
  const advice =
    images.length === 1
      ? `give the others a value: "inputs": [${others.map(({ name }) => `{"name": "${name}", "value": 0}`).join(', ')}]`
      : 'give all but the image a value in "inputs"';
  throw new UsageError(
    [
      `input_type "image" needs a model with one input, or a value for each of the others; this one has ${graph.inputs.length}:`,
      ...list,
      `  ${advice}, or use input_type "sequence"`,
    ].join('\n'),
  );
}

function isImage({ desc }: GraphInput): boolean {
  const { shape, dtype, layout } = desc;
  if (shape.length !== 4 || dtype !== 'float32') return false;
  return [1, 3, 4, -1].includes(shape[channelAxis(layout, 4)]);
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
