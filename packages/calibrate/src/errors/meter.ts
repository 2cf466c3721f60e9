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
import { HeldValues } from '../simulate/index.ts';
import { clippingEnds, type Ends, overflowEnds } from './ends.ts';
import type { IsolatedPlan } from './isolated.ts';
import type { Measured } from './measured.ts';
import type { HeldTensor } from './simulated-plan.ts';
import type { ErrorTally, Tally } from './tally.ts';

export interface MeterOptions {
  readonly backend: TensorBackend;
  readonly measured: Measured;
  readonly rounding: ReadonlyMap<number, QuantParams>;
  /** By tensor, for every compared one; added to. */
  readonly tallies: ReadonlyMap<number, Tally>;
  /** By tensor of the int8 network: of which tensor it has the values. */
  readonly held: ReadonlyMap<number, HeldTensor>;
  /** Of which network the values beyond the ends are counted; the int8 one has them only where it is not simulated. */
  readonly countIn: 'float' | 'quantized';
  /** What the float program runs beside its ops. */
  readonly isolated?: IsolatedPlan | undefined;
  /** Called with every compared tensor of the float network. */
  readonly onFloat?: OnFloat | undefined;
}

/** Looks at a tensor of the float network: one value per sample, which may be read until the promise resolves. */
export type OnFloat = (
  tensor: number,
  values: readonly DeviceTensor[],
  samples: readonly number[],
) => Promise<void>;

/** A tensor of one of the networks, which waits for that of the other. */
interface Arrival {
  readonly network: 'float' | 'quantized';
  readonly event: TensorEvent;
  /** How to read whole numbers. */
  readonly params?: QuantParams | undefined;
}

/** Runs a chunk of samples through both networks, in step, and adds what is seen to the tallies. */
export class Meter {
  readonly #options: MeterOptions;
  readonly #values: HeldValues;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#values = new HeldValues(options.backend);
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
    const { measured, held, countIn } = this.#options;
    const alone = new Pairs(this.#options, indices);
    const meeting = new Meeting<Arrival>(
      () => 2,
      (arrivals) => this.#compare(arrivals, indices),
    );
    const join = async (arrival: Arrival, tensor: number): Promise<void> => {
      if (measured.compared.has(tensor)) await meeting.join(tensor, arrival);
    };
    const run = (program: Program, onTensor: (event: TensorEvent) => Promise<void>) => () =>
      program.visit(samples, { onTensor, onStep }, nameOf, indices[0]);
    await meeting.runAll([
      run(float, async (event) => {
        if (countIn === 'float') await this.#count(event);
        await this.#look(event, alone, indices);
        await join({ network: 'float', event }, event.tensor);
      }),
      run(quantized, async (event) => {
        if (countIn === 'quantized') await this.#count(event);
        const own = held.get(event.tensor);
        if (own) await join({ network: 'quantized', event, params: own.params }, own.tensor);
      }),
    ]);
  }

  async #compare(arrivals: readonly Arrival[], indices: readonly number[]): Promise<void> {
    const { event: float } = arrivals.find(({ network }) => network === 'float')!;
    const { event: quantized, params } = arrivals.find(({ network }) => network === 'quantized')!;
    const tally = this.#options.tallies.get(float.tensor)?.accumulated;
    const { backend } = this.#options;
    const first = indices[0] as number;
    const sums = await Promise.all(
      float.values.map((value, i) => {
        const other = quantized.values[i] as DeviceTensor;
        if (params === undefined) return backend.compare(value, other);
        return this.#values.withFloats(other, params, first + i, (floats) => backend.compare(value, floats));
      }),
    );
    for (const [i, sum] of sums.entries()) tally?.add(indices[i] as number, sum);
  }

  async #look(event: TensorEvent, alone: Pairs, indices: readonly number[]): Promise<void> {
    const { onFloat, measured } = this.#options;
    if (onFloat !== undefined && measured.compared.has(event.tensor))
      await onFloat(event.tensor, event.values, indices);
    await alone.see(event);
  }

  /** Values at and beyond the ends of the range that int8 has for a tensor. */
  async #count({ tensor, values }: TensorEvent): Promise<void> {
    const { backend, measured, rounding, tallies } = this.#options;
    const account = measured.counted.get(tensor);
    const params = rounding.get(tensor);
    if (account === undefined || params === undefined) return;
    const tally = tallies.get(account.tensor);
    const count = (value: DeviceTensor, { low, high }: Ends): Promise<number> =>
      backend.countOutside(value, account.rectified ? Number.NEGATIVE_INFINITY : low, high);
    const counts = await Promise.all(
      values.map((value) =>
        Promise.all([count(value, overflowEnds(params)), count(value, clippingEnds(params))]),
      ),
    );
    for (const [i, [overflow, clipped]] of counts.entries())
      tally?.addOverflow(elementCount((values[i] as DeviceTensor).shape), overflow, clipped);
  }
}

/** Of ops that run alone in int8 beside the float network: what both make. */
class Pairs {
  readonly #options: MeterOptions;
  readonly #indices: readonly number[];
  readonly #wanted: ReadonlySet<number>;
  readonly #float = new Map<number, readonly DeviceTensor[]>();

  constructor(options: MeterOptions, indices: readonly number[]) {
    this.#options = options;
    this.#indices = indices;
    this.#wanted = new Set(options.isolated?.results.values());
  }

  async see({ tensor, values }: TensorEvent): Promise<void> {
    const { isolated, backend, tallies } = this.#options;
    if (isolated === undefined) return;
    if (this.#wanted.has(tensor)) this.#float.set(tensor, values);
    const params = isolated.rounding.get(tensor);
    if (params !== undefined) await Promise.all(values.map((value) => backend.fakeQuantize(value, params)));
    const of = isolated.results.get(tensor);
    const float = this.#float.get(of ?? -1);
    if (of === undefined || float === undefined) return;
    this.#float.delete(of);
    await compareAll(backend, float, values, this.#indices, tallies.get(of)?.isolated);
  }
}

async function compareAll(
  backend: TensorBackend,
  float: readonly DeviceTensor[],
  quantized: readonly DeviceTensor[],
  indices: readonly number[],
  tally: ErrorTally | undefined,
): Promise<void> {
  const sums = await Promise.all(
    float.map((value, i) => backend.compare(value, quantized[i] as DeviceTensor)),
  );
  for (const [i, sum] of sums.entries()) tally?.add(indices[i] as number, sum);
}
