import {
  createPlan,
  createReferenceBackend,
  elementCount,
  execute,
  type TensorBackend,
} from '@mnnquant/graph';
import { smallNetwork, statisticsCases } from '@mnnquant/graph/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWebGpuDevice } from '../src/device/webgpu-device.ts';
import { GpuBackend } from '../src/gpu-backend.ts';
import { provideWebGpu } from '../src/node/web-gpu.ts';
import { GPU_JS } from '../src/vendor.ts';
import { hasNodeWebGpu } from './support/available.ts';
import { LimitedDevice } from './support/limited-device.ts';

describe.skipIf(!hasNodeWebGpu())('tensors larger than an array of the device stay on the host', () => {
  let device: LimitedDevice;
  let backend: GpuBackend;
  beforeAll(async () => {
    await provideWebGpu();
    device = new LimitedDevice(await createWebGpuDevice(GPU_JS), { maxArrayBytes: 4000 });
    backend = new GpuBackend(device);
  });
  afterAll(() => backend?.dispose());

  test('and are looked at there', async () => {
    for (const item of statisticsCases()) {
      const { exactWhereNeeded, relativeError } = await item.run(backend);
      expect(exactWhereNeeded, item.title).toBe(true);
      expect(relativeError, item.title).toBeLessThan(1e-5);
    }
  });

  test('in a network of which some layers fit', async () => {
    const shape = [1, 3, 18, 18];
    const plan = createPlan(smallNetwork(), new Map([['x', shape]]));
    const sample = new Map([['x', new Float32Array(elementCount(shape)).map((_, i) => Math.sin(i))]]);
    const run = (on: TensorBackend) => execute(plan, on, [sample, sample]);
    const { outputs, report } = await run(backend);
    expect([...report.fallbacks.keys()]).toEqual(['Convolution', 'ConvolutionDepthwise']);
    expect([...report.kernels.keys()]).toEqual(['ReLU6', 'Convolution', 'Pooling']);
    const expected = await run(createReferenceBackend());
    for (const [i, output] of outputs.entries())
      for (const [name, { data }] of output)
        for (const [k, value] of data.entries())
          expect(value).toBeCloseTo(expected.outputs[i].get(name)!.data[k], 5);
  });
});
