import {
  type DeviceTensor,
  elementCount,
  type Program,
  type QuantParams,
  type Sample,
  type SampleNames,
  type TensorBackend,
  type TensorEvent,
} from '@mnnquant/graph';
import { Meeting } from '../meeting.ts';
import { clippingEnds, overflowEnds } from './ends.ts';
import { cosineOf } from './layer-error.ts';
import type { Measured } from './measured.ts';
import type { Tally } from './tally.ts';

export interface MeterOptions {
  readonly backend: TensorBackend;
  readonly measured: Measured;
  readonly rounding: ReadonlyMap<number, QuantParams>;
  /** By tensor, for every compared one; added to. */
  readonly tallies: ReadonlyMap<number, Tally>;
}

/** A tensor of one of the networks, which waits for that of the other. */
interface Arrival {
  readonly network: 'float' | 'quantized';
  readonly event: TensorEvent;
}

/** Runs a chunk of samples through both networks, in step, and adds what is seen to the tallies. */
export class Meter {
  readonly #options: MeterOptions;

  constructor(options: MeterOptions) {
    this.#options = options;
  }

  /**
   * @param indices which samples these are, for reports
   * @param nameOf what to call them by position, for messages
   */
  async run(
    float: Program,
    quantized: Program,
    samples: readonly Sample[],
    indices: readonly number[],
    nameOf: SampleNames,
    onStep: () => void,
  ): Promise<void> {
    const { compared } = this.#options.measured;
    const meeting = new Meeting<Arrival>(
      () => 2,
      (arrivals) => this.#compare(arrivals, indices),
    );
    const run = (program: Program, network: Arrival['network']) => () =>
      program.visit(
        samples,
        {
          onTensor: async (event) => {
            if (network === 'quantized') await this.#round(event);
            if (compared.has(event.tensor)) await meeting.join(event.tensor, { network, event });
          },
          onStep,
        },
        nameOf,
        indices[0],
      );
    await meeting.runAll([run(float, 'float'), run(quantized, 'quantized')]);
  }

  async #compare(arrivals: readonly Arrival[], indices: readonly number[]): Promise<void> {
    const { event: float } = arrivals.find(({ network }) => network === 'float')!;
    const { event: quantized } = arrivals.find(({ network }) => network === 'quantized')!;
    const tally = this.#options.tallies.get(float.tensor);
    const { backend } = this.#options;
    const sums = await Promise.all(
      float.values.map((value, i) => backend.compare(value, quantized.values[i] as DeviceTensor)),
    );
    for (const [i, sum] of sums.entries()) tally?.addCosine(indices[i] as number, cosineOf(sum));
  }

  async #round({ tensor, values }: TensorEvent): Promise<void> {
    const { backend, rounding } = this.#options;
    const params = rounding.get(tensor);
    if (params === undefined) return;
    await Promise.all(
      values.flatMap((value) => {
        const counting = this.#count(tensor, value, params);
        // Awaited below, unless the rounding fails at once.
        counting.catch(() => {});
        return [counting, backend.fakeQuantize(value, params)];
      }),
    );
  }

  async #count(tensor: number, value: DeviceTensor, params: QuantParams): Promise<void> {
    const { backend, measured, tallies } = this.#options;
    const account = measured.counted.get(tensor);
    if (account === undefined) return;
    const count = ({ low, high }: { low: number; high: number }): Promise<number> =>
      backend.countOutside(value, account.rectified ? Number.NEGATIVE_INFINITY : low, high);
    const [overflow, clipped] = await Promise.all([count(overflowEnds(params)), count(clippingEnds(params))]);
    tallies.get(account.tensor)?.addOverflow(elementCount(value.shape), overflow, clipped);
  }
}
