import { conformanceCases, usualSizeCases } from '@mnnquant/graph/conformance';
import { expect, test } from 'vitest';
import { GpuBackend } from '../src/gpu-backend.ts';
import { KERNELS } from '../src/kernels/table.ts';
import { CountingDevice } from './support/counting-device.ts';

/** Cases of ops with a kernel that are left to the reference all the same. */
const LEFT: Readonly<Record<string, RegExp>> = {
  'nothing to compute': /: .*(no sample|empty|nothing|0x5x4)/,
  'whole numbers':
    /^(BinaryOp: (operation|int32)|Cast(Like)?: .*(int|bool)|Concat: int32|Raster: whole|Reverse: .*whole|ScatterNd: whole)/,
  'numbers of two types': /^Select: a whole number among floats/,
  'channels last': /: .*NHWC/,
  volumes: /^(Interp: .*volume|Pooling3D: (average|maximum))/,
  'a second output of whole numbers': /^Pooling: maxima and indices/,
  'axes that do not lie side by side': /^Moments: dropped/,
  'axes that are not known': /^Reduction: .*no axis in the second input/,
  'what is added at a place': /^Scatter(Elements|Nd): .*added/,
};

test('every case of an op with a kernel has one, but for those of a kind', async () => {
  const backend = new GpuBackend(new CountingDevice());
  const left: string[] = [];
  const covered = new Set<string>();
  for (const { op, title, run } of [...conformanceCases(), ...usualSizeCases()]) {
    if ((await run(backend)) !== undefined) covered.add(op);
    else if (KERNELS.has(op)) left.push(`${op}: ${title}`);
  }
  const kinds = Object.values(LEFT);
  expect(left.filter((name) => !kinds.some((kind) => kind.test(name)))).toEqual([]);
  expect(kinds.filter((kind) => !left.some((name) => kind.test(name)))).toEqual([]);
  expect([...KERNELS.keys()].filter((op) => !covered.has(op))).toEqual([]);
});
