import type { Graph } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import { imageSource } from './image-samples.ts';
import type { OpenedSamples, SampleSource } from './opened.ts';

/**
 * What `path`, `input_type` and `inputs` of a config mean for a model.
 *
 * @throws {UsageError} where config and model do not fit
 * @throws {QuantizeError} where the first sample is wrong
 */
export async function sampleSource(graph: Graph, config: Config): Promise<SampleSource> {
  const limit = askedFor(config);
  if (config.input_type === 'image') return imageSource(graph, config, limit);
  // Readers of arrays and archives, which few jobs need.
  const { sequenceSource } = await import('./sequence.ts');
  return sequenceSource(graph, config, limit);
}

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
function askedFor(config: Config): number | undefined {
  return (config.used_sample_num ?? config.used_image_num) || undefined;
}
