import { MnnFormatError } from '../error.ts';
import { ROOT_TABLE } from '../generated/descriptors.ts';
import type { Net } from '../generated/tables.ts';
import { type AnyTable, type Location, mapTables } from './walk.ts';

/** Weights that lie in a weight file. */
export interface ExternalWeight {
  /** The table that refers to them, such as `net.oplists[3].main.Convolution2D`. */
  readonly place: string;
  /** As the op names the file; undefined for the file beside the model, `<model>.weight`. */
  readonly path: string | undefined;
  /** First byte in the file. */
  readonly offset: number;
  /** Bytes of each part in turn. */
  readonly sizes: readonly number[];
}

/** What a table has in the weight file; undefined when it has nothing there. */
export function externalWeight(table: AnyTable, location: Location): ExternalWeight | undefined {
  const external = table.external as BigInt64Array | undefined;
  // A lone offset means nothing to MNN either (USE_EXTERNAL_DATA in OpCommonUtils.hpp).
  if (!external || external.length < 2) return undefined;
  const numbers = Array.from(external, Number);
  const bad = numbers.find((value) => value < 0 || !Number.isSafeInteger(value));
  if (bad !== undefined) {
    throw new MnnFormatError(`expected an offset and sizes, got ${bad}`, `${location.place}.external`);
  }
  return { place: location.place, path: location.externalPath, offset: numbers[0]!, sizes: numbers.slice(1) };
}

/** Everything that the model keeps in weight files, in the order of the model. */
export function listExternalWeights(net: Net): ExternalWeight[] {
  const found: ExternalWeight[] = [];
  mapTables(
    ROOT_TABLE,
    net as unknown as AnyTable,
    { place: 'net', externalPath: undefined },
    (_, table, location) => {
      const weight = externalWeight(table, location);
      if (weight) found.push(weight);
      return table;
    },
  );
  return found;
}
