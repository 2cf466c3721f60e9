import type { UntitledCase } from '@mnnquant/graph/conformance';
import { PadValueMode } from '@mnnquant/mnn-format';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGpuBackend, type GpuBackend } from '../src/node.ts';
import { hasNodeWebGpu } from './support/available.ts';
import { errorOf } from './support/op-run.ts';

const RUNS = { numRuns: 25 };

const shapeOf = (ranks: { min: number; max: number }, largest = 4): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 1, max: largest }), { minLength: ranks.min, maxLength: ranks.max });

const input = (shape: readonly number[], layout?: 'NHWC') => ({ shape, ...(layout && { layout }) });
/** Their sums are exact. */
const counting = (shape: readonly number[]) => ({
  shape,
  data: Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, (_, i) => i + 1),
});
const ints = (data: readonly number[], shape: readonly number[] = [data.length]) => ({
  shape,
  dtype: 'int32' as const,
  data,
});

/** One number for each dimension. */
const perAxis = <T>(shape: readonly number[], one: (extent: number) => fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.tuple(...shape.map(one));

const permutations = shapeOf({ min: 1, max: 6 }).chain((shape) =>
  fc
    .shuffledSubarray([...shape.keys()], { minLength: shape.length })
    .map((order): UntitledCase => ({ op: 'Permute', attributes: { order }, inputs: [input(shape)] })),
);

const bounds = (extent: number) =>
  fc
    .record({
      from: fc.integer({ min: 0, max: extent - 1 }),
      to: fc.integer({ min: 0, max: extent - 1 }),
      step: fc.integer({ min: 1, max: 3 }),
    })
    .map(({ from, to, step }) =>
      from <= to
        ? { begin: from, end: to + 1, step }
        : { begin: from, end: to === 0 ? -extent - 1 : to - 1, step: -step },
    );

const NO_MASKS = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };

const slices = shapeOf({ min: 1, max: 5 }, 6).chain((shape) =>
  perAxis(shape, bounds).map(
    (cuts): UntitledCase => ({
      op: 'StridedSlice',
      attributes: { ...NO_MASKS, onnx: true, writes: false },
      inputs: [
        input(shape),
        ints(cuts.map(({ begin }) => begin)),
        ints(cuts.map(({ end }) => end)),
        ints([...shape.keys()]),
        ints(cuts.map(({ step }) => step)),
      ],
    }),
  ),
);

const joins = fc
  .record({
    shape: shapeOf({ min: 1, max: 4 }),
    at: fc.nat(3),
    sizes: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 15 }),
  })
  .map(({ shape, at, sizes }): UntitledCase => {
    const axis = at % shape.length;
    const parts = sizes.map((size) => input(shape.map((extent, i) => (i === axis ? size : extent))));
    return { op: 'Concat', attributes: { axis }, inputs: parts };
  });

/** Mirrored numbers are those of the axis: padding is shorter than it. */
const paddings = fc
  .record({ shape: shapeOf({ min: 1, max: 5 }), mode: fc.constantFrom(...Object.values(PadValueMode)) })
  .chain(({ shape, mode }) =>
    perAxis(shape, (extent) => {
      const most = fc.integer({ min: 0, max: Math.min(2, extent - 1) });
      return fc.tuple(most, most);
    }).map(
      (pads): UntitledCase => ({
        op: 'Padding',
        attributes: { mode },
        inputs: [input(shape), ints(pads.flat())],
      }),
    ),
  );

const tiles = shapeOf({ min: 1, max: 3 }).chain((shape) =>
  perAxis(shape, () => fc.integer({ min: 1, max: 3 })).map(
    (counts): UntitledCase => ({ op: 'Tile', attributes: undefined, inputs: [input(shape), ints(counts)] }),
  ),
);

const reversals = fc.tuple(shapeOf({ min: 1, max: 4 }), fc.nat(3)).map(
  ([shape, at]): UntitledCase => ({
    op: 'Reverse',
    attributes: undefined,
    inputs: [input(shape), ints([(at % shape.length) - shape.length])],
  }),
);

/** Some indices are outside. */
const gathers = fc
  .record({
    shape: shapeOf({ min: 1, max: 4 }),
    at: fc.nat(3),
    picks: fc.array(fc.integer({ min: -1, max: 4 }), { minLength: 1, maxLength: 7 }),
  })
  .map(
    ({ shape, at, picks }): UntitledCase => ({
      op: 'GatherV2',
      attributes: { axis: at % shape.length },
      inputs: [input(shape), ints(picks)],
    }),
  );

/** Rows of coordinates into the first dimensions; a place may come twice. */
const coordinates = shapeOf({ min: 1, max: 4 }).chain((shape) =>
  fc.integer({ min: 1, max: shape.length }).chain((width) =>
    fc
      .array(
        perAxis(shape.slice(0, width), (extent) => fc.nat(extent - 1)),
        { minLength: 1, maxLength: 6 },
      )
      .map((rows) => ({ shape, width, rows, indices: ints(rows.flat(), [rows.length, width]) })),
  ),
);

const gatherNds = coordinates.map(
  ({ shape, indices }): UntitledCase => ({
    op: 'GatherND',
    attributes: { batchDimensions: 0 },
    inputs: [input(shape), indices],
  }),
);

const scatterNds = fc
  .tuple(coordinates, fc.constantFrom('zeros', 'number', 'tensor'))
  .map(([{ shape, width, rows, indices }, start]): UntitledCase => {
    const updates = input([rows.length, ...shape.slice(width)]);
    const from = start === 'tensor' ? input(shape) : ints([9], []);
    const inputs = [indices, updates, ints(shape), ...(start === 'zeros' ? [] : [from])];
    return { op: 'ScatterNd', attributes: { reduction: -1 }, inputs };
  });

const scatterElements = shapeOf({ min: 1, max: 3 }).chain((shape) => {
  const count = shape.reduce((product, extent) => product * extent, 1);
  return fc
    .tuple(fc.nat(2), fc.array(fc.nat(9), { minLength: count, maxLength: count }))
    .map(([at, numbers]): UntitledCase => {
      const axis = at % shape.length;
      const indices = ints(
        numbers.map((number) => number % shape[axis]),
        shape,
      );
      return {
        op: 'ScatterElements',
        attributes: { reduction: -1 },
        inputs: [input(shape), indices, input(shape), ints([axis])],
      };
    });
});

const spaceBatches = fc
  .record({
    deep: fc.tuple(...[2, 3, 3, 3].map((max) => fc.integer({ min: 1, max }))),
    blocks: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pads: fc.tuple(...[2, 2, 2, 2].map((max) => fc.nat(max))),
    nhwc: fc.boolean(),
    toBatch: fc.boolean(),
  })
  .map(({ deep, blocks, pads, nhwc, toBatch }): UntitledCase => {
    const first = nhwc ? 1 : 2;
    // The images have at least one pixel beside their padding.
    const fitting = pads.map((pad, i) =>
      Math.min(pad, Math.floor((deep[first + (i >> 1)] * blocks[i >> 1] - 1) / 2)),
    );
    const wide = deep.map((extent, axis) => {
      const k = axis - first;
      return k === 0 || k === 1 ? extent * blocks[k] - fitting[2 * k] - fitting[2 * k + 1] : extent;
    });
    const shape = toBatch ? wide : [deep[0] * blocks[0] * blocks[1], ...deep.slice(1)];
    return {
      op: toBatch ? 'SpaceToBatchND' : 'BatchToSpaceND',
      attributes: { blocks, pads: fitting },
      inputs: [input(shape, nhwc ? 'NHWC' : undefined)],
    };
  });

const depthSpaces = fc
  .record({
    shape: fc.tuple(...[2, 2, 3, 3].map((max) => fc.integer({ min: 1, max }))),
    block: fc.integer({ min: 1, max: 3 }),
    mode: fc.constantFrom(0, 1),
    nhwc: fc.boolean(),
    toDepth: fc.boolean(),
  })
  .map(({ shape, block, mode, nhwc, toDepth }): UntitledCase => {
    const channels = nhwc ? 3 : 1;
    const factor = (axis: number): number => {
      if (axis === 0) return 1;
      return axis === channels ? (toDepth ? 1 : block ** 2) : toDepth ? block : 1;
    };
    return {
      op: toDepth ? 'SpaceToDepth' : 'DepthToSpace',
      attributes: { block, mode },
      inputs: [
        input(
          shape.map((extent, axis) => extent * factor(axis)),
          nhwc ? 'NHWC' : undefined,
        ),
      ],
    };
  });

const columns = fc
  .record({
    image: fc.tuple(...[2, 2, 6, 6].map((max) => fc.integer({ min: 1, max }))),
    kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    pads: fc.tuple(...[2, 2, 2, 2].map((max) => fc.nat(max))),
    back: fc.boolean(),
  })
  .map(({ image, back, ...attributes }): UntitledCase | undefined => {
    const { kernel, stride, dilation, pads } = attributes;
    const windows = [0, 1].map((i) => {
      const room = image[2 + i] + pads[i] + pads[2 + i] - (kernel[i] - 1) * dilation[i] - 1;
      return Math.floor(room / stride[i]) + 1;
    });
    if (windows.some((count) => count < 1)) return undefined;
    const rows = image[1] * kernel[0] * kernel[1];
    return back
      ? {
          op: 'Col2Im',
          attributes,
          inputs: [counting([image[0], rows, windows[0] * windows[1]]), ints(image.slice(2))],
        }
      : { op: 'Im2Col', attributes, inputs: [input(image)] };
  })
  .filter((item) => item !== undefined);

/** Numbers put into a slice, as many as it has or one for all. */
const written = shapeOf({ min: 1, max: 4 }, 6).chain((shape) =>
  fc.tuple(perAxis(shape, bounds), fc.boolean()).map(([cuts, single]): UntitledCase => {
    const counts = cuts.map(({ begin, end, step }) => Math.ceil((Math.max(end, -1) - begin) / step));
    return {
      op: 'StridedSlice',
      attributes: { ...NO_MASKS, onnx: false, writes: true },
      inputs: [
        input(shape),
        ints(cuts.map(({ begin }) => begin)),
        ints(cuts.map(({ end }) => end)),
        ints(cuts.map(({ step }) => step)),
        input(single ? [1] : counts),
      ],
    };
  }),
);

/** Parts of tensors of 2 x 3 x 4 to places in one of 3 x 4 x 5. */
const rasters = fc
  .array(
    fc.record({
      size: fc.tuple(...[2, 3, 4].map((max) => fc.integer({ min: 1, max }))),
      shift: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1)),
      same: fc.boolean(),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts): UntitledCase => {
    const regions = parts.map(({ size, shift }) => ({
      from: { offset: 0, strides: [12, 4, 1] },
      to: { offset: 20 * shift[0] + 5 * shift[1] + shift[2], strides: [20, 5, 1] },
      size,
    }));
    const repeated = parts.flatMap(({ same }, i) => (same && i > 0 ? [[i, 0]] : []));
    return {
      op: 'Raster',
      attributes: { regions, output: { shape: [3, 4, 5] } },
      inputs: parts.map(() => input([2, 3, 4])),
      setting: { sameAs: Object.fromEntries(repeated) },
    };
  });

const ARBITRARIES = {
  ...{ permutations, slices, joins, paddings, tiles, reversals, gathers, gatherNds, scatterNds },
  ...{ scatterElements, spaceBatches, depthSpaces, rasters, columns, written },
};

describe.skipIf(!hasNodeWebGpu())('WebGPU in Node: values that are moved', () => {
  let backend: GpuBackend;
  beforeAll(async () => {
    backend = await createGpuBackend({ mode: 'webgpu' });
  });
  afterAll(() => backend?.dispose());

  const isAsReference = async (item: UntitledCase): Promise<void> => {
    expect(await errorOf(backend, item)).toBe(0);
  };

  test.each(Object.entries(ARBITRARIES))('any %s are as the reference has them', async (_, cases) => {
    await fc.assert(fc.asyncProperty(cases as fc.Arbitrary<UntitledCase>, isAsReference), RUNS);
  });

  test('a slice of more elements than float32 counts', () =>
    isAsReference({
      op: 'StridedSlice',
      attributes: { ...NO_MASKS, onnx: true, writes: false },
      inputs: [
        input([5, 2003, 2003]),
        ints([4, 2002, 2001]),
        ints([-6, -2004, -2004]),
        ints([0, 1, 2]),
        ints([-2, -700, -333]),
      ],
    }));
});
