import type { TensorData, TensorDesc } from '@mnnquant/graph';
import type { SampleGroup } from '../samples.ts';
import { channelsOf, forEachRun } from './channels.ts';
import { MagnitudeCounts } from './magnitudes.ts';
import { type VisitJob, visitValues } from './visit-values.ts';

/** Of a tensor of the float network over all samples, by channel. */
export interface ChannelRanges {
  /** [C] largest |x|. */
  readonly largest: Float64Array;
  /** [C] mean of x². */
  readonly power: Float64Array;
  /** Whether any value is below 0. */
  readonly negative: boolean;
  /** Where they were asked for. */
  readonly magnitudes: MagnitudeCounts | undefined;
}

/** Of one sample. */
interface SampleRanges extends Pick<ChannelRanges, 'largest' | 'power'> {
  readonly values: number;
}

/**
 * @param counted those of the tensors whose magnitudes are counted
 * @returns by tensor; values that are not finite are passed over
 */
export async function channelRanges(
  job: VisitJob,
  groups: readonly SampleGroup[],
  tensors: readonly number[],
  counted: ReadonlySet<number>,
): Promise<Map<number, ChannelRanges>> {
  const seen = new Map(tensors.map((tensor) => [tensor, new RangeKeeper(counted.has(tensor))]));
  const wanted = new Set(tensors);
  for (const group of groups)
    await visitValues(job, group, wanted, (tensor, sample, data, desc) =>
      seen.get(tensor)!.add(sample, data, desc),
    );
  return new Map([...seen].map(([tensor, keeper]) => [tensor, keeper.finish()]));
}

/** Kept apart by sample, so that sums do not depend on who came first. */
class RangeKeeper {
  readonly #bySample = new Map<number, SampleRanges>();
  readonly #counted: boolean;
  #magnitudes: MagnitudeCounts | undefined;
  #negative = false;

  constructor(counted: boolean) {
    this.#counted = counted;
  }

  add(sample: number, data: TensorData, desc: TensorDesc): void {
    const channels = channelsOf(desc);
    const largest = new Float64Array(channels.count);
    const power = new Float64Array(channels.count);
    if (this.#counted) this.#magnitudes ??= new MagnitudeCounts(channels.count);
    const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
    forEachRun(data.length, channels, (channel, start, end) => {
      let [most, squares] = [largest[channel]!, 0];
      let negative = false;
      for (let i = start; i < end; i++) {
        const magnitude = Math.abs(data[i]!);
        if (!(magnitude < Number.POSITIVE_INFINITY)) continue;
        if (magnitude > most) most = magnitude;
        squares += magnitude * magnitude;
        if (data[i]! < 0) negative = true;
      }
      this.#magnitudes?.add(channel, bits, start, end);
      this.#negative ||= negative;
      largest[channel] = most;
      power[channel]! += squares;
    });
    this.#bySample.set(sample, { largest, power, values: data.length / Math.max(1, channels.count) });
  }

  finish(): ChannelRanges {
    const ordered = [...this.#bySample].sort(([a], [b]) => a - b).map(([, one]) => one);
    const channels = ordered[0]?.largest.length ?? 0;
    const [largest, power] = [new Float64Array(channels), new Float64Array(channels)];
    let values = 0;
    for (const one of ordered) {
      values += one.values;
      for (let c = 0; c < channels; c++) {
        largest[c] = Math.max(largest[c]!, one.largest[c]!);
        power[c]! += one.power[c]!;
      }
    }
    return {
      largest,
      power: power.map((sum) => (values === 0 ? 0 : sum / values)),
      negative: this.#negative,
      magnitudes: this.#magnitudes,
    };
  }
}
