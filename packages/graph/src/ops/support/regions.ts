import type { RoiParameters } from '@mnnquant/mnn-format';
import { GraphError } from '../../op.ts';
import { elementCount, type TensorDesc } from '../../tensor.ts';
import { required } from './inputs.ts';

/** Height and width of a pooled region. */
export function regionSize({ pooledHeight, pooledWidth }: RoiParameters, where: string): [number, number] {
  if (pooledHeight < 1 || pooledWidth < 1)
    throw new GraphError(
      `${where}: expected a pooled size of at least 1x1, got ${pooledHeight}x${pooledWidth}`,
    );
  return [pooledHeight, pooledWidth];
}

/** Number of regions; input 0 must be NCHW images, input 1 `width` numbers per region. */
export function checkRegions(
  inputs: readonly (TensorDesc | undefined)[],
  width: number,
  where: string,
): number {
  const { shape, layout } = required(inputs, 0, where);
  const regions = required(inputs, 1, where).shape;
  if (shape.length !== 4 || layout === 'NHWC')
    throw new GraphError(`${where}: expected a 4-D NCHW input, got [${shape}] ${layout}`);
  if (regions.length < 2 || elementCount(regions.slice(1)) !== width)
    throw new GraphError(`${where}: expected regions of ${width} numbers, got [${regions}]`);
  return regions[0];
}
