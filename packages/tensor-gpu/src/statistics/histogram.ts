import { addToHistogram, type HistogramRequest } from '@mnnquant/graph';
import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import { canGather, countGatheredBins } from './gathered-bins.ts';
import { canPack, countPackedBins } from './packed-bins.ts';

/** A way to count; all give the same counts. */
export type HistogramWay = (
  device: GpuDevice,
  array: GpuArray,
  request: HistogramRequest,
  counts: Float64Array,
) => Promise<void>;

/** Everything on the host: four bytes per value on the way. */
export const countOnHost: HistogramWay = async (device, array, request, counts) =>
  addToHistogram(await device.download(array), request, counts);

/** Fewer values take as long in any way, most of it waiting. */
const WORTH_MEASURING = 2 ** 16;

/** With fewer bins than this, or so, looking at every value per bin is no work for a GPU; more would be measured wrongly. */
const MEASURED_BINS = 2048;

/**
 * Adds histograms of |x| to counts, with MNN's arithmetic. Kernels cannot write to a place of their choice, so each way has
 * its price, and the device decides which is least: the first large array is counted in all of them, the fastest one counts the
 * rest. A device that is, or may be, computed in software
 * has no time to give away: the host counts.
 */
export class HistogramCounter {
  readonly #device: GpuDevice;
  #way: Promise<HistogramWay> | undefined;

  constructor(device: GpuDevice) {
    this.#device = device;
    if (device.isSoftware !== false) this.#way = Promise.resolve(countOnHost);
  }

  async count(array: GpuArray, request: HistogramRequest, counts: Float64Array): Promise<void> {
    const isLarge = array.count >= WORTH_MEASURING && request.bins === MEASURED_BINS;
    if (isLarge) this.#way ??= this.#fastest(array, request);
    const way = (await this.#way) ?? countPackedBins;
    await suited(way, array, request)(this.#device, array, request, counts);
  }

  async #fastest(array: GpuArray, request: HistogramRequest): Promise<HistogramWay> {
    const ways = [countPackedBins, countGatheredBins, countOnHost];
    const seconds: number[] = [];
    for (const way of ways) {
      const times: number[] = [];
      // The first time a program is compiled.
      for (let round = 0; round < 3; round++) {
        const started = performance.now();
        await way(this.#device, array, request, new Float64Array(request.bins));
        times.push(performance.now() - started);
      }
      seconds.push(Math.min(...times));
    }
    return ways[seconds.indexOf(Math.min(...seconds))];
  }
}

/** The way, or one that can do what is asked for. */
function suited(way: HistogramWay, array: GpuArray, request: HistogramRequest): HistogramWay {
  if (way === countPackedBins && !canPack(request)) return countOnHost;
  if (way === countGatheredBins && (!canGather(array) || request.bins > MEASURED_BINS)) return countOnHost;
  return way;
}
