import type { Config } from '../config/schema.ts';
import type { OpenedSamples } from './opened.ts';

/** What a user should know of the samples before anything is computed. */
export function sampleWarnings(config: Config, { names, skipped, warnings }: OpenedSamples): string[] {
  const kind = config.input_type === 'sequence' ? 'sample' : 'image';
  const asked = askedFor(config) ?? 0;
  return [
    ...skipped.map(({ name, reason }) => `${kind} skipped: ${name}: ${reason}`),
    ...(asked > names.length ? [`config: ${asked} ${kind}s asked for, ${names.length} found and used`] : []),
    ...warnings,
  ];
}

/** How many samples to use at most; 0 means all, as in MNN. */
export function askedFor(config: Config): number | undefined {
  return (config.used_sample_num ?? config.used_image_num) || undefined;
}
