import type { TensorDesc } from '@mnnquant/graph';
import {
  createTable,
  type Op,
  OpType,
  type Pool,
  PoolPadType,
  PoolType,
  ReductionType,
} from '@mnnquant/mnn-format';

/**
 * Whether a pooling op takes the mean of each whole plane.
 *
 * @param input description of its input, [N,C,H,W] unless the layout is NHWC
 */
export function isWholeMean(op: Op, input: TensorDesc | undefined): boolean {
  if (input === undefined || input.shape.length !== 4 || input.layout === 'NHWC') return false;
  if (op.main?.type === 'Pool3D') return op.main.value.isGlobal && op.main.value.type === PoolType.AVEPOOL;
  if (op.main?.type !== 'Pool' || op.main.value.type !== PoolType.AVEPOOL) return false;
  return op.main.value.isGlobal || coversPlane(op.main.value, input.shape);
}

function coversPlane(pool: Pool, [, , height, width]: readonly number[]): boolean {
  const padded = pool.padX !== 0 || pool.padY !== 0 || pool.pads?.some((pad) => pad !== 0);
  // SAME gives one output only where one stride spans the plane; the window then covers it from the first pixel on.
  const single = pool.padType === PoolPadType.SAME ? pool.strideY >= height! && pool.strideX >= width! : true;
  return !padded && single && pool.kernelY === height && pool.kernelX === width;
}

/**
 * The same mean as a Reduction. MNN's runtimes hand scales through a pooling op and then average in
 * int8, rounding down; up to 3.0 they do so even if both sides have different scales, and the result
 * is off by their ratio. A Reduction they run in float, always.
 */
export function meanOfPlanes(op: Op): Op {
  const value = createTable('ReductionParam', {
    operation: ReductionType.MEAN,
    dim: Int32Array.of(2, 3),
    keepDims: true,
  });
  return { ...op, type: OpType.Reduction, main: { type: 'ReductionParam', value } };
}
