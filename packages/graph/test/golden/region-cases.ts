import { CropAndResizeMethod, PoolType } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, input, ints, main } from './golden-case.ts';

const regions: GoldenInput = {
  shape: [4, 5],
  data: [0, 1, 2, 9, 8, 1, -3, 0, 14, 5, 0, 4, 4, 4, 4, 1, 3.5, 2.25, 7, 30],
};

function align(title: string, fields: object): GoldenCase {
  const table = { pooledHeight: 2, pooledWidth: 3, spatialScale: 0.5, samplingRatio: 2, ...fields };
  return {
    title: `ROIAlign, ${title}`,
    type: 'ROIAlign',
    main: main('RoiParameters', { poolType: PoolType.AVEPOOL, ...table }),
    inputs: [input([2, 5, 6, 7], 'NC4HW4'), regions],
  };
}

function pooling(pooledHeight: number, pooledWidth: number, spatialScale: number): GoldenCase {
  return {
    title: `ROIPooling, ${pooledHeight}x${pooledWidth}, scale ${spatialScale}`,
    type: 'ROIPooling',
    main: main('RoiParameters', { pooledHeight, pooledWidth, spatialScale }),
    inputs: [input([2, 5, 6, 7], 'NC4HW4'), regions],
  };
}

export const REGIONS: readonly GoldenCase[] = [
  align('average', {}),
  align('average, aligned', { aligned: true }),
  align('average, adaptive', { samplingRatio: 0 }),
  align('maximum', { poolType: PoolType.MAXPOOL }),
  {
    ...align('images as an input', {}),
    inputs: [
      input([2, 5, 6, 7], 'NC4HW4'),
      { shape: [2, 4], data: [1, 2, 9, 8, 0, 0, 5, 5] },
      { shape: [2], dtype: 'int32', data: [1, 0] },
    ],
  },
  pooling(2, 3, 0.5),
  pooling(3, 2, 0.25),
];

function cropAndResize(method: number, height: number, width: number): GoldenCase {
  return {
    title: `CropAndResize, method ${method}, ${height}x${width}`,
    type: 'CropAndResize',
    main: main('CropAndResize', { method, extrapolationValue: 0.5 }),
    inputs: [
      input([2, 5, 6, 3], 'NHWC'),
      { shape: [4, 4], data: [0.1, 0.2, 0.8, 0.9, -0.2, 0, 0.7, 1.3, 0.9, 0.8, 0.1, 0.2, 0, 0, 1, 1] },
      { shape: [4], dtype: 'int32', data: [1, 0, 1, 0] },
      ints(height, width),
    ],
  };
}

export const BOXES: readonly GoldenCase[] = [
  CropAndResizeMethod.BILINEAR,
  CropAndResizeMethod.NEAREST,
].flatMap((method) => [
  cropAndResize(method, 3, 4),
  cropAndResize(method, 1, 1),
  cropAndResize(method, 7, 2),
]);

function spaceBatch(
  type: 'SpaceToBatchND' | 'BatchToSpaceND',
  source: GoldenInput,
  blocks: number[],
  pads: number[],
): GoldenCase[] {
  const blob = (dims: number[], data: number[]) => {
    const made = main('Blob', { dims: Int32Array.from(dims), int32s: Int32Array.from(data) });
    return made.type === 'Blob' ? made.value : undefined;
  };
  const title = `${type}, [${source.shape}] ${source.layout}, blocks ${blocks}, padding ${pads}`;
  return [
    {
      title,
      type,
      main: main('SpaceBatch', {
        blockShape: blob([blocks.length], blocks),
        padding: blob([blocks.length, 2], pads),
      }),
      inputs: [source],
    },
    {
      title: `${title}, from inputs`,
      type,
      main: main('SpaceBatch'),
      inputs: [source, ints(...blocks), { ...ints(...pads), shape: [blocks.length, 2] }],
    },
  ];
}

// Padding only behind: with padding in front MNN 3.6.1 reads before the image (by hand in space-batch-by-hand.test.ts).
export const SPACE_BATCH: readonly GoldenCase[] = [
  ...spaceBatch('SpaceToBatchND', input([1, 3, 4, 5]), [2, 3], [0, 0, 0, 1]),
  ...spaceBatch('SpaceToBatchND', input([1, 4, 5, 3], 'NHWC'), [2, 2], [0, 2, 0, 1]),
  ...spaceBatch('BatchToSpaceND', input([6, 3, 2, 3]), [2, 3], [0, 1, 0, 1]),
  ...spaceBatch('BatchToSpaceND', input([4, 2, 3, 3], 'NHWC'), [2, 2], [0, 0, 0, 2]),
];
