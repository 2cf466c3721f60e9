import type { GraphNode } from '@mnnquant/graph';
import { expect, test } from 'vitest';
import { ConstantTable } from '../src/kernels/constant-table.ts';
import { CountingDevice } from './support/counting-device.ts';

const [LEFT, RIGHT] = [{ index: 0 } as GraphNode, { index: 1 } as GraphNode];
const make = (): Float32Array => new Float32Array(4);

test('a constant is made once for each node and role', async () => {
  const device = new CountingDevice();
  const table = new ConstantTable(device);
  const asked = [LEFT, LEFT, RIGHT].map((node) => table.get(node, 'weights', make));
  const [first, second, third] = await Promise.all([...asked, table.get(LEFT, 'bias', make)]);
  expect(second).toBe(first);
  expect(third).not.toBe(first);
  expect(device.live).toBe(3);
  await table.clear();
  expect(device.live).toBe(0);
});

test('a constant that could not be uploaded is tried again', async () => {
  const device = new CountingDevice();
  const table = new ConstantTable(device);
  device.failsAt = 0;
  await expect(table.get(LEFT, 'weights', make)).rejects.toThrow(/upload fails/);
  expect((await table.get(LEFT, 'weights', make)).count).toBe(4);
});

test('what no kernel asks for is let go, and made again when one does', async () => {
  const device = new CountingDevice();
  const table = new ConstantTable(device, 10);
  await table.get(LEFT, 'for one shape', make);
  for (let i = 0; i < 25; i++) {
    await table.get(RIGHT, 'weights', make);
    await table.prune();
  }
  expect(device.live).toBe(1);
  expect(device.calls).toBe(2);
  await table.get(LEFT, 'for one shape', make);
  expect(device.live).toBe(2);
});

test('what belongs to some nodes is let go, also what is still on its way, and made again when it is asked for', async () => {
  const device = new CountingDevice();
  const table = new ConstantTable(device);
  await Promise.all([table.get(LEFT, 'weights', make), table.get(RIGHT, 'weights', make)]);
  const late = table.get(LEFT, 'bias', make);
  await table.forget([LEFT]);
  await late;
  expect(device.live).toBe(1);
  await table.forget([LEFT]);
  expect(device.live).toBe(1);
  await table.get(LEFT, 'weights', make);
  expect(device.live).toBe(2);
});
