import { createTable, MNN_DATA_FORMAT, PoolPadType, PoolType } from '@mnnquant/mnn-format';
import { GRIDS, type Of, params, SHAPES, type SimulatorCase, sameScale, unaries } from './simulator-case.ts';

const { NCHW, NC4HW4 } = MNN_DATA_FORMAT;

export function pools(): SimulatorCase[] {
  const make = (
    title: string,
    options: Parameters<typeof createTable<'Pool'>>[1],
    shapes?: readonly (readonly number[])[],
  ) =>
    [PoolType.MAXPOOL, PoolType.AVEPOOL].flatMap((type) => {
      const value = createTable('Pool', { type, kernelX: 3, kernelY: 3, strideX: 2, strideY: 2, ...options });
      const of: Of = { op: 'Pooling', main: { type: 'Pool', value }, format: NC4HW4 };
      return sameScale(`Pooling ${type === PoolType.MAXPOOL ? 'maximum' : 'average'} ${title}`, of, shapes);
    });
  return [
    ...make('3x3', {}),
    ...make('3x1 of lines', { kernelX: 1, strideX: 1, padY: 1 }, [[2, 5, 9]]),
    ...make('padded', { padX: 1, padY: 1, ceilModel: false, strideX: 1, strideY: 1 }),
    ...make('ceil, pads', { ceilModel: true, pads: Int32Array.of(1, 0, 1, 1) }),
    ...make('2x3 SAME', { padType: PoolPadType.SAME, kernelY: 2 }),
    ...make('VALID', { padType: PoolPadType.VALID }),
    ...make('global', { isGlobal: true }),
    ...make('larger than the image', { padX: 1, padY: 1 }, [[1, 5, 2, 2]]),
  ];
}

export function interps(): SimulatorCase[] {
  const methods = { 1: 'nearest', 2: 'bilinear', 3: 'cubic', 4: 'nearest-rounded' };
  return Object.entries(methods).flatMap(([resizeType, name]) =>
    [
      [11, 7],
      [4, 3],
      [12, 16],
    ].flatMap(([outputHeight, outputWidth]) =>
      [2, 3].flatMap((ctm) => {
        const value = createTable('Interp', {
          resizeType: Number(resizeType),
          outputHeight,
          outputWidth,
          ctm,
        });
        const of: Of = { op: 'Interp', main: { type: 'Interp', value }, format: NC4HW4 };
        return unaries(`Interp ${name} to ${outputHeight}x${outputWidth}, mode ${ctm}`, of, [
          ...SHAPES,
          [2, 5, 7],
        ]);
      }),
    ),
  );
}

export function composites(): SimulatorCase[] {
  const shape = [2, 5, 6, 9];
  const products = GRIDS.map(([grid, from, output]) => ({
    op: 'SpatialProduct' as const,
    main: undefined,
    format: NCHW,
    title: `SpatialProduct, ${grid}`,
    operands: [
      { shape, params: from },
      { shape: [2, 1, 6, 9], params: params(0.013, 5) },
    ],
    output,
  }));
  const pools = [PoolType.MAXPOOL, PoolType.AVEPOOL].flatMap((type) =>
    [shape, [1, 5, 7]].flatMap((sizes) => {
      const value = createTable('Pool3D', { type, isGlobal: true });
      return sameScale(
        `Pooling3D ${type}`,
        { op: 'Pooling3D', main: { type: 'Pool3D', value }, format: NC4HW4 },
        [sizes],
      );
    }),
  );
  const resizes = [
    [2, 1.5],
    [0.5, 0.75],
  ].flatMap(([yScale, xScale]) => {
    const value = createTable('Resize', { xScale, yScale });
    return unaries(`Resize by ${yScale} and ${xScale}`, {
      op: 'Resize',
      main: { type: 'Resize', value },
      format: NC4HW4,
    });
  });
  return [...products, ...pools, ...resizes];
}
