import { type Attribute, DataType, OpType } from '@mnnquant/mnn-format';
import type { Box, CopiedRegion } from '../described.ts';
import { dtypeOf, layoutOf } from '../format.ts';
import { GraphError, type OpCase, type OpDefinition, type ParseContext } from '../op.ts';
import { elementCount, type TensorDesc } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { copyView } from './support/strides.ts';

export interface RasterAttributes {
  /** One of each input. */
  readonly regions: readonly CopiedRegion[];
  /** What differs from the first input. */
  readonly output: Partial<TensorDesc>;
}

/** Numbers of a region in a file: source offset and strides, target offset and strides, extents. */
const NUMBERS = 11;

/**
 * Copies a part of each input into a tensor of zeros. MNN's geometry stage makes all copies of these ops; they
 * occur in models saved for one input size and in those of the Expression API, where the regions are an
 * attribute (CPURaster.cpp, GeometryShape.cpp, ShapeShape.cpp, MNN 3.6.1). Where regions overlap, the later
 * one stays.
 */
export const raster: OpDefinition<RasterAttributes> = {
  name: 'Raster',
  opTypes: [OpType.Raster],
  parse(op, context) {
    const attributes =
      op.main?.type === 'Extra' ? fromExtra(op.main.value.attr ?? [], context.where) : described(context);
    if (attributes.regions.length !== context.inputCount)
      throw new GraphError(
        `${context.where}: expected a region for each of ${context.inputCount} inputs, got ${attributes.regions.length}`,
      );
    return attributes;
  },
  shape({ regions, output }, inputs, where) {
    const first = inputs[0];
    const shape = output.shape ?? first?.shape;
    if (shape === undefined) throw new GraphError(`${where}: expected a shape or an input, got neither`);
    const dtype = output.dtype ?? first?.dtype ?? 'float32';
    for (const [i, { from, to, size }] of regions.entries()) {
      const input = required(inputs, i, where);
      if (input.dtype !== dtype)
        throw new GraphError(`${where}: expected input ${i} to be of type ${dtype}, got ${input.dtype}`);
      checkBox(from, size, input.shape, `${where}: a region of input ${i}`);
      checkBox(to, size, shape, `${where}: the place of input ${i}`);
    }
    return [{ shape, dtype, layout: output.layout ?? first?.layout ?? 'NC4HW4' }];
  },
  reference({ regions }, inputs, [y]) {
    y.data.fill(0);
    for (const [i, { from, to, size }] of regions.entries())
      copyView(required(inputs, i, 'Raster').data, from, y.data, to, size);
  },
  cases: rasterCases,
};

function described({ described: outputs, inputCount, where }: ParseContext): RasterAttributes {
  const [output] = outputs ?? [];
  // Without an input it makes zeros, as EyeLike may.
  if (
    output === undefined ||
    (output.regions.length === 0 && inputCount > 0 && elementCount(output.desc.shape) > 0)
  )
    throw new GraphError(
      `${where}: expected the regions to copy, got none; convert the original model again with a current MNNConvert`,
    );
  return { regions: output.regions, output: output.desc };
}

function fromExtra(attributes: readonly Attribute[], where: string): RasterAttributes {
  const find = (key: string): Attribute | undefined => attributes.find((attribute) => attribute.key === key);
  const numbers = Array.from(find('region')?.list?.i ?? []);
  if (numbers.length % NUMBERS !== 0)
    throw new GraphError(`${where}: expected ${NUMBERS} numbers for each region, got ${numbers.length}`);
  const regions = Array.from({ length: numbers.length / NUMBERS }, (_, i): CopiedRegion => {
    const [source, s0, s1, s2, target, t0, t1, t2, ...size] = numbers.slice(i * NUMBERS, (i + 1) * NUMBERS);
    return {
      from: { offset: source, strides: [s0, s1, s2] },
      to: { offset: target, strides: [t0, t1, t2] },
      size,
    };
  });
  const [shape, format, code] = [find('shape'), find('format'), find('code')];
  return {
    regions,
    output: {
      ...(shape && { shape: Array.from(shape.list?.i ?? []) }),
      ...(format && { layout: layoutOf(format.i, where) }),
      ...(code && { dtype: dtypeOf(typeOf(code.i, find('bits')?.i ?? 32, where), where) }),
    },
  };
}

/** Halide's type codes: signed, unsigned, floating point. */
function typeOf(code: number, bits: number, where: string): DataType {
  if (code === 2) return DataType.DT_FLOAT;
  if (code === 0 && bits === 32) return DataType.DT_INT32;
  if (code === 0 && bits === 8) return DataType.DT_INT8;
  if (code === 1 && bits === 8) return DataType.DT_UINT8;
  throw new GraphError(
    `${where}: expected float, int32, int8 or uint8, got type code ${code} of ${bits} bits`,
  );
}

/** MNN reads and writes other memory where a region leaves its tensor. */
function checkBox(
  { offset, strides }: Box,
  size: readonly number[],
  shape: readonly number[],
  what: string,
): void {
  if (size.some((extent) => extent < 1)) return;
  const reach = strides.map((stride, axis) => stride * (size[axis] - 1));
  const first = reach.reduce((sum, step) => sum + Math.min(step, 0), offset);
  const last = reach.reduce((sum, step) => sum + Math.max(step, 0), offset);
  if (first < 0 || last >= elementCount(shape))
    throw new GraphError(
      `${what} spans elements ${first} to ${last}, outside of the ${elementCount(shape)} of [${shape}]`,
    );
}

function rasterCases(): OpCase<RasterAttributes>[] {
  const box = (offset: number, ...strides: number[]): Box => ({ offset, strides });
  const all = { from: box(0, 12, 4, 1), to: box(0, 12, 4, 1), size: [2, 3, 4] };
  return [
    {
      title: 'nothing of nothing',
      attributes: { regions: [{ ...all, size: [0, 3, 4] }], output: { shape: [0, 3, 4] } },
      inputs: [{ shape: [0, 3, 4] }],
    },
    { title: 'as it is', attributes: { regions: [all], output: {} }, inputs: [{ shape: [2, 3, 4] }] },
    {
      title: 'transposed and in part, zeros around it',
      attributes: {
        regions: [{ from: box(1, 12, 1, 4), to: box(5, 16, 4, 1), size: [2, 3, 3] }],
        output: { shape: [2, 4, 4], layout: 'NCHW' },
      },
      inputs: [{ shape: [2, 3, 4], layout: 'NHWC' }],
    },
    {
      title: 'two tensors, one spread, one backwards',
      attributes: {
        regions: [
          { from: box(0, 0, 0, 1), to: box(0, 0, 3, 1), size: [1, 2, 3] },
          { from: box(5, 0, -3, -1), to: box(6, 0, 3, 1), size: [1, 2, 3] },
        ],
        output: { shape: [4, 3] },
      },
      inputs: [{ shape: [3] }, { shape: [2, 3] }],
    },
    {
      title: 'the later of two parts',
      attributes: { regions: [all, { ...all, size: [1, 2, 4] }], output: {} },
      inputs: [{ shape: [2, 3, 4] }, { shape: [2, 3, 4] }],
    },
    {
      title: 'whole numbers',
      attributes: { regions: [all], output: { dtype: 'int32' } },
      inputs: [{ shape: [24], dtype: 'int32' }],
    },
    {
      title: 'an empty region',
      attributes: { regions: [{ ...all, size: [0, 3, 4] }], output: {} },
      inputs: [{ shape: [2, 3, 4] }],
    },
    { title: 'of nothing', attributes: { regions: [], output: { shape: [2, 2] } }, inputs: [] },
  ];
}
