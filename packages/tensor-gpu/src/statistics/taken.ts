import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';

/** Downloads a result and releases it. */
export async function taken(device: GpuDevice, computed: Promise<GpuArray>): Promise<Float32Array> {
  const array = await computed;
  try {
    return await device.download(array);
  } finally {
    array.release();
  }
}
