import { int8Graph } from '@mnnquant/calibrate';
import { buildGraph, createPlan, Program, type Sample, type TensorBackend } from '@mnnquant/graph';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { NumpyArray } from './npz.ts';
import { cosine } from './oracle.ts';

type Arrays = ReadonlyMap<string, NumpyArray>;

/** What the simulator makes of a written model. */
export interface Simulated {
  /** By name, with a leading sample axis. */
  readonly outputs: Arrays;
  /** Names of ops that are only approximated. */
  readonly approximated: readonly string[];
}

/** @param inputs by name, with a leading sample axis */
export async function simulated(model: MnnModel, inputs: Arrays, backend: TensorBackend): Promise<Simulated> {
  const shapes = new Map([...inputs].map(([name, { shape }]) => [name, shape.slice(1)]));
  const { graph, approximated } = int8Graph(model, createPlan(buildGraph(model), shapes));
  const program = new Program(createPlan(graph, shapes), backend);
  try {
    const results = await program.run(samplesOf(inputs));
    const outputs = graph.outputs.map(({ name }) => {
      const parts = results.map((result) => result.get(name)!);
      const data = new Float32Array(parts.length * parts[0].data.length);
      for (const [i, part] of parts.entries()) data.set(part.data, i * part.data.length);
      return [name, { shape: [parts.length, ...parts[0].shape], data }] as const;
    });
    return { outputs: new Map(outputs), approximated: approximated.map(({ name }) => name) };
  } finally {
    program.dispose();
  }
}

function samplesOf(inputs: Arrays): Sample[] {
  const [first] = inputs.values();
  return Array.from({ length: first.shape[0] }, (_, i) => {
    const entries = [...inputs].map(([name, { shape, data }]) => {
      const size = data.length / shape[0];
      return [name, data.slice(i * size, (i + 1) * size) as Float32Array] as const;
    });
    return new Map(entries);
  });
}

/** How two results of the same samples agree. */
export interface Agreement {
  /** Share of the values that are equal to the bit. */
  readonly equal: number;
  /** Largest difference. */
  readonly worst: number;
  /** Smallest cosine of a sample. */
  readonly cosine: number;
  /** Share of the samples with the largest value at the same place. */
  readonly top: number;
}

/** @param theirs a single output may have another name: MNN's EMA loses it */
export function agreements(ours: Arrays, theirs: Arrays): Map<string, Agreement> {
  const only = ours.size === 1 && theirs.size === 1 ? [...theirs.values()][0] : undefined;
  const pairs = [...ours].map(([name, own]) => {
    const other = theirs.get(name) ?? only;
    if (other === undefined) throw new Error(`no output ${name} among ${[...theirs.keys()].join(', ')}`);
    return [name, agreement(own, other)] as const;
  });
  return new Map(pairs);
}

function agreement(a: NumpyArray, b: NumpyArray): Agreement {
  const samples = a.shape[0];
  const size = a.data.length / samples;
  let [equal, worst, smallest, top] = [0, 0, 1, 0];
  for (let i = 0; i < samples; i++) {
    const [own, other] = [a, b].map(
      ({ data }) => data.subarray(i * size, (i + 1) * size) as Float32Array,
    ) as [Float32Array, Float32Array];
    smallest = Math.min(smallest, cosine(own, other));
    if (largestAt(own) === largestAt(other)) top++;
    for (let k = 0; k < size; k++) {
      if (own[k] === other[k]) equal++;
      worst = Math.max(worst, Math.abs(own[k] - other[k]));
    }
  }
  return { equal: equal / a.data.length, worst, cosine: smallest, top: top / samples };
}

function largestAt(values: Float32Array): number {
  let at = 0;
  for (const [i, value] of values.entries()) if (value > values[at]) at = i;
  return at;
}
