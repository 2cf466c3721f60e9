import type { ObservationKind } from '@mnnquant/graph';
import { CalibrationError } from '../calibration-error.ts';
import type { FeatureStatistics } from '../solvers/feature-solver.ts';
import { BUCKET_ARRAYS, bucketsFrom } from './bucket-arrays.ts';
import { areCounts, type NumberArray, total } from './number-array.ts';
import { arrayName, type SavedTensor, type StatisticsHeader } from './statistics-header.ts';

/** Brings an array by its name; `undefined` where there is none. */
export type FindArray = (name: string) => NumberArray | undefined;

const SAVE_AGAIN = 'save the statistics again with this config';

/** Statistics of an earlier run. Only what is asked for is read. */
export class SavedStatistics {
  readonly header: StatisticsHeader;
  readonly #find: FindArray;
  readonly #tensors: ReadonlyMap<number, SavedTensor>;

  constructor(header: StatisticsHeader, find: FindArray) {
    this.header = header;
    this.#find = find;
    this.#tensors = new Map(header.tensors.map((tensor) => [tensor.id, tensor]));
  }

  /**
   * What a solver gets of a tensor: the same as of a run that observes it.
   *
   * @throws {CalibrationError} where the tensor or the kind of observation was not saved, or is damaged
   */
  statisticsOf(id: number, name: string, observation: ObservationKind): FeatureStatistics {
    const tensor = this.#tensors.get(id);
    if (tensor === undefined)
      throw new CalibrationError(
        `the saved statistics have no tensor ${id} (${name}), which this config needs; ${SAVE_AGAIN}`,
      );
    if (tensor.name !== name)
      throw new CalibrationError(
        `saved statistics: expected tensor ${id} to be ${name}, they have ${tensor.name}; ${SAVE_AGAIN}`,
      );
    const { count, nonFinite, range } = tensor;
    const absMax = range === null ? 0 : Math.max(Math.abs(range.min), Math.abs(range.max));
    const seen = {
      absMax,
      finite: count - nonFinite,
      nonFinite,
      range: { min: (range?.min ?? 0) + 0, max: (range?.max ?? 0) + 0 },
    };
    if (observation.kind === 'buckets') return { ...seen, buckets: this.#buckets(tensor, seen.finite) };
    return { ...seen, counts: this.#histogram(tensor, observation, seen.finite) };
  }

  #histogram(
    tensor: SavedTensor,
    { bins, skipBelow }: ObservationKind & { kind: 'histogram' },
    finite: number,
  ): Float64Array {
    const { histogram } = this.header;
    const counts = this.#find(arrayName(tensor, 'histogram'));
    const wanted = `a histogram of ${bins} bins above ${skipBelow}`;
    if (histogram === undefined || counts === undefined) throw lacking(tensor, wanted);
    if (histogram.bins !== bins || histogram.skipBelow !== skipBelow)
      throw lacking(tensor, wanted, `, only one of ${histogram.bins} bins above ${histogram.skipBelow}`);
    if (counts.length !== bins || !areCounts(counts) || total(counts) > finite)
      throw damaged(tensor, `expected ${bins} counts of at most ${finite} values`);
    return Float64Array.from(counts);
  }

  #buckets(tensor: SavedTensor, finite: number) {
    const { buckets: form } = tensor;
    if (form === undefined) throw lacking(tensor, 'buckets of values');
    const names = BUCKET_ARRAYS[form.form];
    const arrays = Object.fromEntries(
      names.map((name) => {
        const array = this.#find(arrayName(tensor, 'buckets', name));
        if (array === undefined) throw lacking(tensor, `buckets/${name}`);
        return [name, array];
      }),
    );
    // Zeros are in no bucket, and what is far below the largest value neither.
    const held = form.form === 'values' ? arrays.steps!.length : total(arrays.counts!);
    if (held > finite) throw damaged(tensor, `expected at most ${finite} values in buckets, got ${held}`);
    try {
      return bucketsFrom({ form, arrays });
    } catch (error) {
      throw damaged(tensor, error instanceof Error ? error.message : String(error));
    }
  }
}

function lacking({ id, name }: SavedTensor, wanted: string, instead = ''): CalibrationError {
  return new CalibrationError(
    `the saved statistics of tensor ${id} (${name}) lack ${wanted}${instead}, which the method needs; ${SAVE_AGAIN}`,
  );
}

function damaged({ id, name }: SavedTensor, what: string): CalibrationError {
  return new CalibrationError(`the saved statistics of tensor ${id} (${name}) are damaged: ${what}`);
}
