import type { QuantParams } from '@mnnquant/graph';
import type { Op } from '@mnnquant/mnn-format';

/**
 * Lowers the upper bound of int8 on what a convolution with ReLU6 writes to the place of 6, where its
 * scale reaches further (it may share one with wider tensors). MNN's int8 convolutions cut off there;
 * of the ReLU6 itself they know the lower end only (ConvInt8TiledExecutor.cpp, MNN 3.6.1; 3.0 does not
 * look at the bound and lets the values through).
 *
 * @param int8 by op index: the convolutions that run in int8
 */
export function boundRelu6(
  ops: readonly Op[],
  int8: ReadonlyMap<number, unknown>,
  scales: ReadonlyMap<number, QuantParams>,
): ReadonlyMap<number, QuantParams> {
  const result = new Map(scales);
  for (const index of int8.keys()) {
    const op = ops[index];
    if (op?.main?.type !== 'Convolution2D' || !op.main.value.common?.relu6) continue;
    const tensor = op.outputIndexes?.[0] ?? -1;
    const params = result.get(tensor);
    if (params === undefined) continue;
    const six = Math.round(6 / Math.fround(params.scale)) + params.zeroPoint;
    // A scale of steps wider than 6 has no place for it; one step up is the nearest that there is.
    const max = Math.max(six, params.zeroPoint + 1, params.min + 1);
    if (max < params.max) result.set(tensor, { ...params, max });
  }
  return result;
}
