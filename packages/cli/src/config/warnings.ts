import { channelCount } from '@mnnquant/calibrate';
import { closest, distance } from 'fastest-levenshtein';
import { type Config, KNOWN_KEYS } from './schema.ts';

type Raw = Readonly<Record<string, unknown>>;

/** What a user should know of a config that is right: what is given and changes nothing. */
export function warningsFor(raw: Raw, config: Config): string[] {
  return [
    ...unknownKeys(raw),
    ...imageKeys(raw, config),
    ...emaKeys(raw, config),
    ...rangeKeys(raw, config),
    ...(Object.hasOwn(raw, 'winogradOptForMobile')
      ? ['"winogradOptForMobile" has no effect: MNN reads "winogradOpt" since 2.1']
      : []),
    ...(raw.used_image_num !== undefined && raw.used_sample_num !== undefined
      ? ['used_sample_num takes the place of used_image_num, as in MNN']
      : []),
  ].map((line) => `config: ${line}`);
}

/** The keys that are not known, and the ones that may have been meant. */
export function unknownKeys(raw: Raw): string[] {
  return Object.keys(raw)
    .filter((key) => !KNOWN_KEYS.includes(key))
    .map((key) => {
      const near = closest(key.toLowerCase(), [...KNOWN_KEYS]);
      const isNear = distance(key.toLowerCase(), near) <= Math.max(2, key.length / 3);
      return `the key "${key}" is unknown and has no effect${isNear ? `; did you mean "${near}"?` : ''}`;
    });
}

/** Who gives a mean with numbers in files expects it to be subtracted; `format` and sizes say nothing wrong. */
function imageKeys(raw: Raw, config: Config): string[] {
  if (config.input_type === 'sequence') {
    const given = ['mean', 'normal', 'center_crop_h', 'center_crop_w'].filter((key) =>
      Object.hasOwn(raw, key),
    );
    const names = given.map((key) => `"${key}"`).join(', ');
    return given.length === 0
      ? []
      : [`no effect with input_type "sequence", whose values are used as they are: ${names}`];
  }
  const channels = channelCount(config.format);
  return (['mean', 'normal'] as const)
    .filter((key) => (config[key]?.length ?? 0) > channels)
    .map((key) => `${key}: ${config[key]?.length} numbers for ${config.format}, the first ${channels} used`);
}

/** What says how ranges are found, where the method finds its own. */
function rangeKeys(raw: Raw, { feature_quantize_method: method }: Config): string[] {
  return [
    ...(Object.hasOwn(raw, 'feature_percentile') && method !== 'PERCENTILE' && method !== 'AUTO'
      ? [`"feature_percentile" has no effect with ${method}: only PERCENTILE uses it`]
      : []),
    ...(raw.feature_asymmetric === false && method === 'EMA'
      ? ['"feature_asymmetric": false has no effect: EMA always finds zero points']
      : []),
  ];
}

/** `batch_size` is in most configs, whatever their method, and nobody expects anything of it there. */
function emaKeys(raw: Raw, config: Config): string[] {
  if (config.feature_quantize_method === 'EMA') return [];
  return [
    ...(raw.winogradOpt === true ? ['"winogradOpt" has no effect: only EMA uses it'] : []),
    ...(config.bn === 'train'
      ? ['"bn": "train" has no effect: only EMA takes statistics of the samples']
      : []),
  ];
}
