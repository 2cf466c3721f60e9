import { type DeviceTensor, type QuantParams, quantGrid } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { liveFloat } from '../tensor.ts';

/**
 * Rounds a float32 tensor in place to the grid of `params`, in float32 as MNN's runtime does:
 * q = clamp(roundf(x * (1 / scale) + zeroPoint), min, max), x = (q - zeroPoint) * scale. NaN stays NaN,
 * infinities go to the ends. Throws when scale is not a positive float32 with a finite inverse.
 */
export function fakeQuantizeTensor(context: KernelContext, tensor: DeviceTensor, params: QuantParams): void {
  const { address, count } = liveFloat(tensor, 'fakeQuantize');
  const { scale, inverse } = quantGrid(params);
  context.wasm.fakeQuantize(address, count, scale, inverse, params.zeroPoint, params.min, params.max);
}
