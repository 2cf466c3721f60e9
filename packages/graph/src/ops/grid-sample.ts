import { BorderMode, OpType, SampleMode } from '@mnnquant/mnn-format';
import { GraphError, type OpCase, type OpDefinition } from '../op.ts';
import { elementCount, type HostTensor } from '../tensor.ts';
import { required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface GridSampleAttributes {
  readonly nearest: boolean;
  /** Pixels outside count as 0; otherwise as the nearest one inside. */
  readonly zeros: boolean;
  readonly alignCorners: boolean;
}

/**
 * Reads pixels at given places: x [N,C,(D,)H,W], grid [N,(oD,)oH,oW,2 or 3] with places from -1 to 1 in
 * the order x, y(, z) → y [N,C,(oD,)oH,oW] (MNN 3.6.1 GridSampler.hpp, which clamps for reflection too).
 */
export const gridSample: OpDefinition<GridSampleAttributes> = {
  name: 'GridSample',
  opTypes: [OpType.GridSample],
  parse(op, context) {
    const { mode, paddingMode, alignCorners, backward } = parameter(op, 'GridSample', context);
    if (backward) throw new GraphError(`${context.where}: the gradient of GridSample is not evaluated`);
    if (mode !== SampleMode.BILINEAR && mode !== SampleMode.NEAREST)
      throw new GraphError(`${context.where}: expected sample mode 0 or 1, got ${mode}`);
    return { nearest: mode === SampleMode.NEAREST, zeros: paddingMode === BorderMode.ZEROS, alignCorners };
  },
  shape(_attributes, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const grid = required(inputs, 1, where);
    const rank = shape.length;
    if (layout === 'NHWC') throw new GraphError(`${where}: expected an NCHW input, got NHWC`);
    if (rank !== 4 && rank !== 5)
      throw new GraphError(`${where}: expected a 4-D or 5-D input, got [${shape}]`);
    const fits =
      grid.shape.length === rank && grid.shape[0] === shape[0] && grid.shape[rank - 1] === rank - 2;
    if (!fits) {
      const expected = [shape[0], ...'hwd'.slice(0, rank - 2), rank - 2];
      throw new GraphError(`${where}: expected a grid [${expected}] for [${shape}], got [${grid.shape}]`);
    }
    return [{ shape: [shape[0], shape[1], ...grid.shape.slice(1, -1)], dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    sample(attributes, required(inputs, 0, 'GridSample'), required(inputs, 1, 'GridSample'), y);
  },
  cases: gridSampleCases,
};

interface Tap {
  readonly offset: number;
  readonly weight: number;
}

function sample(attributes: GridSampleAttributes, x: HostTensor, grid: HostTensor, y: HostTensor): void {
  const spatial = x.shape.slice(2);
  const strides = denseStrides(spatial);
  const [batches, channels] = x.shape;
  const [pixels, size] = [elementCount(y.shape.slice(2)), elementCount(spatial)];
  for (let n = 0; n < batches; n++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      let taps: Tap[] = [{ offset: 0, weight: 1 }];
      for (const [axis, extent] of spatial.entries()) {
        // The grid names the last dimension first.
        const place = grid.data[(n * pixels + pixel) * spatial.length + (spatial.length - 1 - axis)];
        taps = combine(taps, tapsAlong(attributes, place, extent), strides[axis]);
      }
      for (let c = 0; c < channels; c++) {
        const plane = (n * channels + c) * size;
        let sum = 0;
        for (const { offset, weight } of taps) sum += x.data[plane + offset] * weight;
        y.data[(n * channels + c) * pixels + pixel] = sum;
      }
    }
  }
}

function combine(taps: readonly Tap[], along: readonly Tap[], stride: number): Tap[] {
  return taps.flatMap(({ offset, weight }) =>
    along.map((tap) => ({ offset: offset + tap.offset * stride, weight: weight * tap.weight })),
  );
}

/** Pixels and weights along one dimension; none where only zeros are read. */
function tapsAlong(
  { nearest, zeros, alignCorners }: GridSampleAttributes,
  place: number,
  extent: number,
): Tap[] {
  const scale = 0.5 * (alignCorners ? extent - 1 : extent);
  // float32 as in MNN, as the position decides between pixels.
  const position = Math.fround(Math.fround(scale * place) + 0.5 * (extent - 1));
  const [low, high] = nearest
    ? [Math.floor(Math.fround(position + 0.5)), undefined]
    : [Math.floor(position), Math.ceil(position)];
  const before = high === undefined ? 1 : high - position;
  const taps = [{ offset: low, weight: before }];
  if (high !== undefined) taps.push({ offset: high, weight: 1 - before });
  if (zeros) return taps.filter(({ offset }) => offset >= 0 && offset < extent);
  // A place that is not a number is read as the first pixel.
  return taps.map(({ offset, weight }) => ({
    offset: offset > 0 ? Math.min(offset, extent - 1) : 0,
    weight,
  }));
}

function gridSampleCases(): OpCase<GridSampleAttributes>[] {
  return [false, true].flatMap((nearest) =>
    [false, true].flatMap((zeros) =>
      [false, true].flatMap((alignCorners) => {
        const attributes = { nearest, zeros, alignCorners };
        const title = `${nearest ? 'nearest' : 'bilinear'}, ${zeros ? 'zeros' : 'clamped'}, ${alignCorners ? 'corners aligned' : 'half pixels'}`;
        return [
          { title, attributes, inputs: [{ shape: [2, 5, 4, 6] }, { shape: [2, 3, 4, 2] }] },
          {
            title: `${title}, 5-D`,
            attributes,
            inputs: [{ shape: [1, 3, 3, 4, 5] }, { shape: [1, 2, 3, 2, 3] }],
          },
        ];
      }),
    ),
  );
}
