import { OpType } from '@mnnquant/mnn-format';
import { spatialAxis } from '../format.ts';
import { GraphError, type OpDefinition } from '../op.ts';
import type { HostTensor, TensorDesc } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';

export interface PriorBoxAttributes {
  /** In pixels of the image. */
  readonly minSizes: readonly number[];
  /** As many as minima, or none. */
  readonly maxSizes: readonly number[];
  /** Without 1; flipped ones included. */
  readonly ratios: readonly number[];
  readonly variances: readonly number[];
  readonly clip: boolean;
  /** Height and width; 0: of the second input. */
  readonly imageSize: readonly [number, number];
  /** Pixels between centers; 0: image by features. */
  readonly step: readonly [number, number];
  readonly offset: number;
}

/**
 * Default boxes of a single shot detector: features, image → [1,2,4·H·W·boxes,1], corners from 0 to 1 and
 * then the variances. Only the inputs' shapes matter (GeometryShape.cpp, MNN 3.6.1).
 */
export const priorBox: OpDefinition<PriorBoxAttributes> = {
  name: 'PriorBox',
  opTypes: [OpType.PriorBox],
  parse(op, context) {
    const table = parameter(op, 'PriorBox', context);
    const numbers = (list: Float32Array | undefined): number[] => Array.from(list ?? []);
    const [minSizes, maxSizes] = [numbers(table.minSizes), numbers(table.maxSizes)];
    const variances = numbers(table.variances);
    if (maxSizes.length > 0 && maxSizes.length !== minSizes.length)
      throw new GraphError(
        `${context.where}: expected ${minSizes.length} or no largest sizes, got ${maxSizes.length}`,
      );
    if (variances.length !== 4)
      throw new GraphError(`${context.where}: expected 4 variances, got ${variances.length}`);
    return {
      minSizes,
      maxSizes,
      ratios: distinctRatios(numbers(table.aspectRatios), table.flip),
      variances,
      clip: table.clip,
      imageSize: [table.imageHeight, table.imageWidth],
      step: [table.stepHeight, table.stepWidth],
      offset: table.offset,
    };
  },
  shape(attributes, inputs, where) {
    const features = required(inputs, 0, where);
    if (features.shape.length !== 4)
      throw new GraphError(`${where}: expected 4-D features, got [${features.shape}]`);
    const [height, width] = sizeOf(features);
    const boxes = shapesOf(attributes).length;
    return [{ shape: [1, 2, 4 * height * width * boxes, 1], dtype: 'float32', layout: 'NC4HW4' }];
  },
  reference(attributes, inputs, [y]) {
    const [height, width] = sizeOf(required(inputs, 0, 'PriorBox'));
    const image = attributes.imageSize.map((given, k) =>
      given > 0 ? given : sizeOf(required(inputs, 1, 'PriorBox'))[k],
    );
    const step = [height, width].map((count, k) =>
      attributes.step[k] > 0 ? attributes.step[k] : image[k] / count,
    );
    const clip = (value: number): number => (attributes.clip ? Math.min(Math.max(value, 0), 1) : value);
    const shapes = shapesOf(attributes);
    let at = 0;
    for (let i = 0; i < height * width; i++) {
      const centerY = (attributes.offset + Math.floor(i / width)) * step[0];
      const centerX = (attributes.offset + (i % width)) * step[1];
      for (const [w, h] of shapes) {
        y.data[at++] = clip((centerX - w / 2) / image[1]);
        y.data[at++] = clip((centerY - h / 2) / image[0]);
        y.data[at++] = clip((centerX + w / 2) / image[1]);
        y.data[at++] = clip((centerY + h / 2) / image[0]);
      }
    }
    for (let i = 0; i < at; i++) y.data[at + i] = attributes.variances[i % 4];
  },
  cases: () => [
    {
      title: 'SSD',
      attributes: {
        minSizes: [30],
        maxSizes: [60],
        ratios: [2, 0.5],
        variances: [0.1, 0.1, 0.2, 0.2],
        clip: true,
        imageSize: [0, 0],
        step: [0, 0],
        offset: 0.5,
      },
      inputs: [{ shape: [1, 8, 2, 3] }, { shape: [1, 3, 100, 120] }],
    },
  ],
};

function sizeOf({ shape, layout }: TensorDesc | HostTensor): [number, number] {
  const axis = spatialAxis(layout);
  return [shape[axis], shape[axis + 1]];
}

function distinctRatios(given: readonly number[], flip: boolean): number[] {
  const ratios = [1];
  for (const ratio of given) {
    if (ratios.some((known) => Math.abs(known - ratio) < 1e-6)) continue;
    ratios.push(ratio);
    if (flip) ratios.push(1 / ratio);
  }
  return ratios.slice(1);
}

/** Width and height of each box of a pixel. */
function shapesOf({ minSizes, maxSizes, ratios }: PriorBoxAttributes): [number, number][] {
  return minSizes.flatMap((size, k) => {
    const shapes: [number, number][] = [[size, size]];
    if (maxSizes.length > 0) {
      const between = Math.sqrt(size * maxSizes[k]);
      shapes.push([between, between]);
    }
    for (const ratio of ratios) shapes.push([size * Math.sqrt(ratio), size / Math.sqrt(ratio)]);
    return shapes;
  });
}
