import type { Convolution2DCommon, Op } from '@mnnquant/mnn-format';
import { OpType } from '@mnnquant/mnn-format';

/**
 * The flag of a convolution that does what this op does: a plain ReLU, or a ReLU6 from 0 to 6.
 * `undefined` for every other op.
 */
export function rectifierFlag(op: Op): Partial<Convolution2DCommon> | undefined {
  if (op.inputIndexes?.length !== 1 || op.outputIndexes?.length !== 1) return undefined;
  if (op.type === OpType.ReLU) {
    const slope = op.main?.type === 'Relu' ? op.main.value.slope : 0;
    return slope === 0 ? { relu: true } : undefined;
  }
  if (op.type !== OpType.ReLU6) return undefined;
  const { minValue, maxValue } = op.main?.type === 'Relu6' ? op.main.value : { minValue: 0, maxValue: 6 };
  return minValue === 0 && maxValue === 6 ? { relu6: true } : undefined;
}
