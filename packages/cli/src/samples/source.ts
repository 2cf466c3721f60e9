import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Graph } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import { openImageFolder } from '../images/folder.ts';
import { askedFor } from './asked-for.ts';
import { type ImageStore, imageSource } from './image-samples.ts';
import type { SampleSource } from './opened.ts';

/**
 * What `path`, `input_type` and `inputs` of a config mean for a model.
 *
 * @throws {UsageError} where config and model do not fit
 * @throws {QuantizeError} where the first sample is wrong
 */
export async function sampleSource(graph: Graph, config: Config): Promise<SampleSource> {
  const limit = askedFor(config);
  if (config.input_type === 'image') return imageSource(graph, config, limit, folderStore(config));
  // Readers of arrays and archives, which few jobs need.
  const { sequenceSource } = await import('./sequence.ts');
  return sequenceSource(graph, config, limit);
}

function folderStore({ path }: Config): ImageStore {
  return {
    count: readdirSync(path).length,
    open: (options) => openImageFolder({ path, ...options }),
    path: (name) => join(path, name),
  };
}
