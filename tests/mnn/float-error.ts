import { buildGraph, createPlan, Program, type TensorData } from '@mnnquant/graph';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { readSource } from '../../packages/cli/src/read-source.ts';
import type { Outputs } from './subjects.ts';

/** Largest difference of our float outputs from MNN's over the first sample, relative to an output's largest value. */
export async function floatError(source: string, inputs: Outputs, float: Outputs): Promise<number> {
  const graph = buildGraph(readSource(source).model);
  const shapes = new Map([...inputs].map(([name, { shape }]) => [name, shape.slice(1)]));
  const sample = new Map(
    [...inputs].map(([name, { shape, data }]) => [name, data.slice(0, data.length / shape[0]) as TensorData]),
  );
  const backend = await createCpuBackend();
  const program = new Program(createPlan(graph, shapes), backend);
  const [outputs] = await program.run([sample]);
  await backend.dispose();
  const errors = [...outputs].map(([output, { data: ours }]) => {
    const theirs = float.get(output)!.data as Float32Array;
    let [worst, largest] = [0, 0];
    for (const [i, value] of ours.entries()) {
      worst = Math.max(worst, Math.abs(Number(value) - theirs[i]));
      largest = Math.max(largest, Math.abs(theirs[i]));
    }
    return worst / largest;
  });
  return Math.max(...errors);
}
