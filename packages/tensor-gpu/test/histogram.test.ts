import { addToHistogram } from '@mnnquant/graph';
import { normalData } from '@mnnquant/graph/conformance';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GpuDevice } from '../src/device/gpu-device.ts';
import { createWebGpuDevice } from '../src/device/webgpu-device.ts';
import { provideWebGpu } from '../src/node/web-gpu.ts';
import { countGatheredBins } from '../src/statistics/gathered-bins.ts';
import { countOnHost, HistogramCounter } from '../src/statistics/histogram.ts';
import { countPackedBins } from '../src/statistics/packed-bins.ts';
import { GPU_JS } from '../src/vendor.ts';
import { hasNodeWebGpu } from './support/available.ts';

const WAYS = [
  ['packed bins', countPackedBins],
  ['gathered bins', countGatheredBins],
  ['on the host', countOnHost],
] as const;

const CONTENTS = [
  ['one value', Float32Array.of(0.5)],
  ['3001 values', normalData(3001, 5).map((value) => value ** 3)],
  [
    'ends of numbers',
    Float32Array.of(0, -0, 1e-6, -1e-6, 1.0000001e-6, 1, -1, 3e38, Number.NaN, -1 / 0, 1 / 0),
  ],
] as const;

describe.skipIf(!hasNodeWebGpu())('histograms, in every way', () => {
  let device: GpuDevice;
  beforeAll(async () => {
    await provideWebGpu();
    device = await createWebGpuDevice(GPU_JS);
  });
  afterAll(() => device?.dispose());

  for (const [wide, deviceOf] of [
    ['wide', () => device],
    ['one bin per thread', () => asNarrow(device)],
  ] as const)
    describe(wide, () => {
      test.each(WAYS)('%s', async (_title, way) => {
        for (const [title, data] of CONTENTS)
          for (const [bins, max] of [
            [1, 1],
            [7, 0.3],
            [2048, 1],
            [2047, 3],
          ]) {
            const request = { bins, max, skipBelow: 1e-6 };
            const expected = new Float64Array(bins).fill(2);
            addToHistogram(data, request, expected);
            const array = await device.upload(data);
            const counts = new Float64Array(bins).fill(2);
            await way(deviceOf(), array, request, counts);
            array.release();
            expect(counts, `${title}, ${bins} bins`).toEqual(expected);
          }
        expect(device.memoryUse.used).toBe(0);
      });
    });

  test('where the device is not in software, all are tried once and one counts', async () => {
    const programs: string[] = [];
    const counter = new HistogramCounter(asHardware(device, programs));
    const data = normalData(2 ** 16, 3);
    const array = await device.upload(data);
    const request = { bins: 2048, max: 5, skipBelow: 1e-6 };
    const expected = new Float64Array(2048);
    addToHistogram(data, request, expected);
    const all = Array.from({ length: 3 }, () => new Float64Array(2048));
    await Promise.all(all.map((counts) => counter.count(array, request, counts)));
    for (const counts of all) expect(counts).toEqual(expected);
    expect(new Set(programs)).toEqual(
      new Set(['packed bins', 'gathered bins, wide', 'parts of a histogram']),
    );
    expect(programs.filter((name) => name === 'gathered bins, wide').length).toBeLessThanOrEqual(3 + 3);
    const few = new Float64Array(3);
    await counter.count(array, { bins: 3, max: 5, skipBelow: 0 }, few);
    expect(few.reduce((sum, count) => sum + count)).toBe(data.filter((value) => value !== 0).length);
    array.release();
    expect(device.memoryUse.used).toBe(0);
  });
});

/** The device as one that runs no programs of width 4. */
function asNarrow(device: GpuDevice): GpuDevice {
  return wrapped(device, { wide: false });
}

function asHardware(device: GpuDevice, programs: string[]): GpuDevice {
  return wrapped(device, {
    isSoftware: false,
    run: (program, args, output) => {
      programs.push(program.name);
      return device.run(program, args, output);
    },
  });
}

function wrapped(device: GpuDevice, changes: Partial<GpuDevice>): GpuDevice {
  return {
    mode: device.mode,
    description: device.description,
    isSoftware: device.isSoftware,
    maxArrayBytes: device.maxArrayBytes,
    maxArrays: device.maxArrays,
    wide: device.wide,
    memoryUse: device.memoryUse,
    upload: (data) => device.upload(data),
    download: (array) => device.download(array),
    run: (program, args, output) => device.run(program, args, output),
    dispose: () => device.dispose(),
    ...changes,
  };
}
