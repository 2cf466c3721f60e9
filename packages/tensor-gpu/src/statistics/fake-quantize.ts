import { type QuantParams, quantGrid } from '@mnnquant/graph';
import { flat, type GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { program } from '../device/program.ts';

/** Half away from zero, as C's roundf. NaN stays NaN: it fails both comparisons, and drivers may drop it from a minimum. */
const FAKE_QUANTIZE = program({
  name: 'fake quantize',
  rank: 1,
  parameters: {
    x: 'array',
    scale: 'number',
    inverse: 'number',
    zeroPoint: 'number',
    low: 'number',
    high: 'number',
  },
  body: `
    const value = x[this.thread.x];
    const scaled = value * inverse + zeroPoint;
    let y = value;
    if (scaled >= 0.0) y = (Math.max(low, Math.min(high, Math.floor(scaled + 0.5))) - zeroPoint) * scale;
    if (scaled < 0.0) y = (Math.max(low, Math.min(high, -Math.floor(0.5 - scaled))) - zeroPoint) * scale;
    return y;`,
});

/** The array's values rounded to the grid: q = clamp(roundf(x / scale + zeroPoint), min, max), (q - zeroPoint) * scale. */
export function fakeQuantized(device: GpuDevice, x: GpuArray, params: QuantParams): Promise<GpuArray> {
  const { scale, inverse } = quantGrid(params);
  const { zeroPoint, min: low, max: high } = params;
  return device.run(FAKE_QUANTIZE, { x: flat(x), scale, inverse, zeroPoint, low, high }, [x.count]);
}
