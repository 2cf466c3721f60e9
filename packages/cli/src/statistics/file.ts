import { readFileSync } from 'node:fs';
import { type EncodedStatistics, SavedStatistics } from '@mnnquant/calibrate';
import { messageOf, UsageError } from '../errors.ts';
import { parseNpy } from '../samples/npy.ts';
import { VERSION } from '../version.ts';
import { FORMAT, FORMAT_VERSION, headSchema, type Meta, metaSchema } from './meta.ts';
import { npyBytes } from './npy-bytes.ts';
import type { Origin } from './origin.ts';
import { isIntact, sealed } from './sealed.ts';
import { zipArchive, zipMembers } from './zip-archive.ts';

const META = 'meta.json';
/** Of a zip archive. */
const MAGIC = [0x50, 0x4b, 0x03, 0x04];

/** Statistics out of a file, and what they were made from. */
export interface StatisticsFile {
  readonly path: string;
  readonly origin: Origin;
  readonly statistics: SavedStatistics;
}

/**
 * The content of a file of statistics: an `.npz` archive of NumPy with `meta.json` as its first member, and a hash of
 * everything as the comment. The same statistics of the same origin give the same bytes with the same zlib.
 */
export function statisticsBytes({ header, arrays }: EncodedStatistics, origin: Origin): Uint8Array {
  const meta: Meta = { format: FORMAT, version: FORMAT_VERSION, tool: VERSION, origin, statistics: header };
  const members = [...arrays].map(([name, array]) => [`${name}.npy`, () => npyBytes(array)] as const);
  return sealed(zipArchive([[META, () => new TextEncoder().encode(JSON.stringify(meta))], ...members]));
}

/**
 * Reads a file of statistics. Arrays are unpacked when they are asked for.
 *
 * @throws {UsageError} where it cannot be read, is something else, damaged, or of another version
 */
export function readStatistics(path: string): StatisticsFile {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(`cannot read the statistics ${path}: ${messageOf(error)}`);
  }
  if (!MAGIC.every((byte, i) => bytes[i] === byte))
    throw new UsageError(`${path}: it is no file of statistics; expected one that --save-stats wrote`);
  // Before anything in it is believed.
  if (!isIntact(bytes))
    throw new UsageError(
      `${path}: it is damaged, incomplete or no file of statistics: the content does not fit its checksum; write it again with --save-stats`,
    );
  const memberOf = zipMembers(bytes);
  const { origin, statistics } = metaOf(memberOf(META), path);
  const find = (name: string) => {
    const member = memberOf(`${name}.npy`);
    return member && (parseNpy(member).data as Float64Array);
  };
  return { path, origin, statistics: new SavedStatistics(statistics, find) };
}

function metaOf(bytes: Uint8Array | undefined, path: string): Meta {
  const raw: unknown = bytes && JSON.parse(new TextDecoder().decode(bytes));
  const { data: head } = headSchema.safeParse(raw);
  if (head === undefined)
    throw new UsageError(`${path}: it is no file of statistics; expected one that --save-stats wrote`);
  if (head.version !== FORMAT_VERSION)
    throw new UsageError(
      `${path}: it is of version ${head.version}, this release reads version ${FORMAT_VERSION}; write it again with --save-stats`,
    );
  if (head.tool !== VERSION)
    throw new UsageError(
      `${path}: it was written by mnnquant ${head.tool}, which may decode, compute or count differently from this one, ${VERSION}; write it again with --save-stats`,
    );
  const { data, error } = metaSchema.safeParse(raw);
  if (data) return data as Meta;
  const [issue] = error.issues;
  throw new UsageError(`${path}: ${issue.path.join('.')}: ${issue.message}`);
}
