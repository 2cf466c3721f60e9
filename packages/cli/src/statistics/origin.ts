import { basename } from 'node:path';
import { channelCount } from '@mnnquant/calibrate';
import type { TensorBackend } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import type { Job } from '../job/prepare.ts';
import type { OpenedSamples } from '../samples/opened.ts';
import type { SourceModel } from '../source-model.ts';
import { sha256 } from './sealed.ts';

/** Something with a name and the hash of its content. */
export interface Hashed {
  readonly name: string;
  readonly sha256: string;
}

/** Everything that decides what is counted. */
export interface Origin {
  /** The model's file, then those with weights. Their names may change. */
  readonly model: readonly Hashed[];
  /** In the order of their use. Of an image its file is hashed, of arrays what the network gets. */
  readonly samples: readonly Hashed[];
  /** Files among the images that turned out to be none. */
  readonly rejected: readonly (Hashed & { readonly reason: string })[];
  /** By key of the config: how samples become inputs, with defaults filled in. */
  readonly preparation: Readonly<Record<string, unknown>>;
  readonly computed: ComputedBy;
}

/** What ran the network. Any number of threads of the CPU gives the same. */
export interface ComputedBy {
  readonly backend: string;
  /** Of a GPU, whose last bits are its own. */
  readonly device?: string;
  readonly fastMath: boolean;
}

/** @param samples opened with a hash */
export function originOf(
  { config, source, read }: Pick<Job, 'config' | 'source'> & { readonly read: SourceModel },
  { names, hashes = [], rejected = [] }: OpenedSamples,
  computed: ComputedBy,
): Origin {
  return {
    model: read.files.map((path, i) => ({ name: basename(path), sha256: sha256(read.contents[i]) })),
    samples: names.map((name, i) => ({ name, sha256: hashes[i] })),
    rejected: rejected.map(({ name, hash, reason }) => ({ name, sha256: hash, reason })),
    preparation: preparationOf(config, source.shapes),
    computed,
  };
}

export function computedBy({ name, device }: TensorBackend, fastMath: boolean): ComputedBy {
  return { backend: name, ...(name !== 'cpu' && { device }), fastMath };
}

/** Two configs that mean the same have the same. */
function preparationOf(
  config: Config,
  shapes: ReadonlyMap<string, readonly number[]>,
): Origin['preparation'] {
  const constants = config.inputs.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]));
  const common = {
    input_type: config.input_type,
    // Of the first sample; they include width and height of images.
    'shapes of the inputs': Object.fromEntries([...shapes].sort(([a], [b]) => (a < b ? -1 : 1))),
    'constant inputs': Object.fromEntries(constants.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))),
    // Another network, and one more for asymmetric ranges; left out where it is not, as in the files of before.
    ...(config.equalize && { equalize: `for ${config.feature_asymmetric ? 'a' : ''}symmetric ranges` }),
  };
  if (config.input_type !== 'image') return common;
  const { format, mean = [], normal = [], center_crop_h, center_crop_w } = config;
  const perChannel = (given: readonly number[], missing: number): number[] =>
    Array.from({ length: channelCount(format) }, (_, i) => given[i] ?? missing);
  return {
    ...common,
    format,
    mean: perChannel(mean, 0),
    normal: perChannel(normal, 1),
    center_crop_h,
    center_crop_w,
  };
}
