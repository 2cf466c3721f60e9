import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  Program,
  type Sample,
  type TensorBackend,
} from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { FLOAT_MODELS } from './models.ts';
import type { NumpyArray } from './npz.ts';
import { MnnOracle } from './oracle.ts';

/** Relative to an output's largest value. */
const BOUND = 1e-4;

describeWithMnn('float outputs equal those of MNN', ({ python, data }) => {
  const oracle = new MnnOracle(python);
  for (const model of FLOAT_MODELS) {
    it(model, async () => {
      const path = join(data, 'models/float', `${model}.mnn`);
      const inputs = oracle.random(path, { seed: 7, samples: 2 });
      const expected = oracle.run(path, inputs);
      const backend = await createCpuBackend();
      const outputs = await runModel(path, inputs, backend);
      await backend.dispose();
      expect([...outputs.keys()].sort()).toEqual([...expected.keys()].sort());
      const errors = new Map(
        [...outputs].map(([name, output]) => [name, relativeError(output, expected.get(name)!)]),
      );
      const suspects = [...errors].filter(([, error]) => !(error <= BOUND));
      if (suspects.length > 0)
        await expectOursIsNearer(
          path,
          inputs,
          suspects.map(([name]) => name),
          outputs,
          expected,
        );
    });
  }
});

async function runModel(
  path: string,
  inputs: ReadonlyMap<string, NumpyArray>,
  backend: TensorBackend,
): Promise<Map<string, Float32Array | Float64Array>> {
  const graph = buildGraph(readModel(readFileSync(path)));
  const shapes = new Map([...inputs].map(([name, { shape }]) => [name, shape.slice(1)]));
  const program = new Program(createPlan(graph, shapes), backend);
  const results = await program.run(samplesOf(inputs));
  program.dispose();
  const stacked = new Map<string, Float64Array>();
  for (const { name } of graph.outputs) {
    stacked.set(
      name,
      Float64Array.from(results.flatMap((result) => Array.from(result.get(name)!.data, Number))),
    );
  }
  return stacked;
}

function samplesOf(inputs: ReadonlyMap<string, NumpyArray>): Sample[] {
  const count = [...inputs.values()][0].shape[0];
  return Array.from({ length: count }, (_, i) => {
    const entries = [...inputs].map(([name, { data }]) => {
      const size = data.length / count;
      return [name, data.subarray(i * size, (i + 1) * size) as Float32Array] as const;
    });
    return new Map(entries);
  });
}

function relativeError(actual: ArrayLike<number>, expected: NumpyArray): number {
  const reference = expected.data as Float32Array;
  if (actual.length !== reference.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < reference.length; i++) {
    largest = Math.max(largest, Math.abs(reference[i]));
    worst = Math.max(worst, Math.abs(actual[i] - reference[i]));
    if (Number.isNaN(actual[i])) return Number.NaN;
  }
  return worst / Math.max(largest, 1e-30);
}

/** A run in double precision says whose error a difference is. */
async function expectOursIsNearer(
  path: string,
  inputs: ReadonlyMap<string, NumpyArray>,
  names: readonly string[],
  ours: ReadonlyMap<string, Float32Array | Float64Array>,
  mnn: ReadonlyMap<string, NumpyArray>,
): Promise<void> {
  const exact = await runModel(path, inputs, createReferenceBackend({ precision: 'float64' }));
  for (const name of names) {
    const judge: NumpyArray = { shape: [], data: exact.get(name) as Float64Array };
    const [mine, theirs] = [
      relativeError(ours.get(name)!, judge),
      relativeError(mnn.get(name)!.data as Float32Array, judge),
    ];
    expect(mine, `${name}: our error ${mine}, MNN's ${theirs}`).toBeLessThanOrEqual(theirs);
  }
}
