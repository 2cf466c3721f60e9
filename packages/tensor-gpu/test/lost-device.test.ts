import { expect, test } from 'vitest';
import { tellingOfLoss } from '../src/lost-device.ts';

const failed = (message: string) => tellingOfLoss(Promise.reject(new Error(message)));

test.each([
  "Failed to execute 'mapAsync' on 'GPUBuffer': A valid external Instance reference no longer exists.",
  'WebGL context lost while awaiting kernel result',
  'Device was destroyed.',
])('a device that is gone is said to be: %s', async (message) => {
  await expect(failed(message)).rejects.toThrow(`tensor-gpu: the GPU was lost while it computed: ${message}`);
});

test('anything else stays what it is', async () => {
  for (const message of ['tensor-gpu: the WebGPU device was lost', 'out of bounds'])
    await expect(failed(message)).rejects.toThrow(new RegExp(`^${message}$`));
  expect(await tellingOfLoss(Promise.resolve(1))).toBe(1);
});
