import { failure } from './failure.ts';
import type { Sample } from './program.ts';

/** Where samples come from. */
export interface SampleLoader {
  load(index: number): Promise<Sample>;
  /** What to call a sample in messages. */
  name?(index: number): string;
}

/** Reading is mostly waiting, or work for other threads: so many samples are asked for ahead. */
const LOADED_AHEAD = 4;

/**
 * Brings samples, in the order of `indices`.
 *
 * @throws {GraphError} naming the first sample that could not be brought; what went wrong is its `cause`
 */
export async function loadSamples(loader: SampleLoader, indices: readonly number[]): Promise<Sample[]> {
  const samples: Sample[] = [];
  const asked: Promise<Sample>[] = [];
  for (const place of indices.keys()) {
    for (let ahead = asked.length; ahead < Math.min(indices.length, place + LOADED_AHEAD); ahead++) {
      asked.push(Promise.resolve(indices[ahead]).then((index) => loader.load(index)));
      // Reported when it is this one's turn.
      asked[ahead].catch(() => {});
    }
    try {
      samples.push(await asked[place]);
    } catch (error) {
      throw failure(error, sampleName(loader, indices[place]));
    }
  }
  return samples;
}

/** What to call a sample. */
export function sampleName(loader: Pick<SampleLoader, 'name'>, index: number): string {
  return loader.name?.(index) ?? `sample ${index}`;
}
