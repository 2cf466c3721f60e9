import {
  type ExecutionPlan,
  GraphError,
  type Sample,
  type SampleLoader,
  type SampleNames,
  sampleName,
} from '@mnnquant/graph';

/** Shapes by input name, as `createPlan` takes them. */
export type InputShapes = ReadonlyMap<string, readonly number[]>;

/** What a network is calibrated with. Samples may have different shapes. */
export interface SampleSet extends SampleLoader {
  readonly count: number;
  /** What to call sample `index` in messages: a file or folder name. */
  name?(index: number): string;
  /** Shape of every input for sample `index`; absent: all samples have the plan's shapes. */
  shapes?(index: number): InputShapes;
  /** Brings sample `index`; may be called more than once. */
  load(index: number): Promise<Sample>;
}

/** Samples of one shape, with the plan for it. */
export interface SampleGroup {
  readonly plan: ExecutionPlan;
  /** Ascending. */
  readonly samples: readonly number[];
}

/**
 * Samples of equal shapes together, in the order of their first sample.
 *
 * @param planFor makes the plan for shapes; called once a group
 * @throws {GraphError} naming the sample whose shapes the network does not take
 */
export function groupByShape(
  samples: SampleSet,
  plan: ExecutionPlan,
  planFor: (shapes: InputShapes) => ExecutionPlan,
): SampleGroup[] {
  const all = Array.from({ length: samples.count }, (_, index) => index);
  if (samples.shapes === undefined) return all.length === 0 ? [] : [{ plan, samples: all }];
  const groups = new Map<string, { plan: ExecutionPlan; samples: number[] }>();
  for (const index of all) {
    const shapes = samples.shapes(index);
    const key = JSON.stringify([...shapes].sort(([a], [b]) => (a < b ? -1 : 1)));
    const group = groups.get(key);
    if (group) group.samples.push(index);
    else groups.set(key, { plan: planOf(index, shapes, samples, planFor), samples: [index] });
  }
  return [...groups.values()];
}

function planOf(
  index: number,
  shapes: InputShapes,
  samples: SampleSet,
  planFor: (shapes: InputShapes) => ExecutionPlan,
): ExecutionPlan {
  try {
    return planFor(shapes);
  } catch (error) {
    const name = sampleName(samples, index);
    throw new GraphError(`${name}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** Names by position, for a run of some samples of a set. */
export function namesOf(samples: SampleSet, chunk: readonly number[]): SampleNames {
  return (position) => sampleName(samples, chunk[position] ?? position);
}
