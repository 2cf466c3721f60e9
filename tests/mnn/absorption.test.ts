import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  buildGraph,
  type ConvolutionAttributes,
  createPlan,
  type ExecutionPlan,
  execute,
  type PlanStep,
} from '@mnnquant/graph';
import { readModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { describe, expect, it } from 'vitest';
import { describeWithMnn } from './environment.ts';
import { MnnOracle } from './oracle.ts';
import { officialConfig, SUBJECTS, testData } from './subjects.ts';

/** The most images that the models are fed, of those that calibrate. */
const IMAGES = 32;

const attributesOf = ({ node }: PlanStep): ConvolutionAttributes => node.attributes as ConvolutionAttributes;

function isConvolution({ node }: PlanStep): boolean {
  return node.definition.name === 'Convolution' || node.definition.name === 'ConvolutionDepthwise';
}

/** Whether a convolution reads nothing but values of its input: a shift of a channel is then a shift of its results. */
function isUnpadded(step: PlanStep): boolean {
  if (!isConvolution(step) || step.node.inputs.length !== 1) return false;
  const { pads, kernel } = attributesOf(step);
  const pointwise = kernel[0] === 1 && kernel[1] === 1;
  return pointwise && pads.every((pad) => pad === 0);
}

/** Results behind a ReLU that nothing but convolutions without padding reads. */
function absorbable(plan: ExecutionPlan): Set<number> {
  const outputs = new Set(plan.graph.outputs.map(({ tensor }) => tensor));
  const rectified = plan.steps.filter(
    (step) => isConvolution(step) && (attributesOf(step).relu || attributesOf(step).relu6),
  );
  const tensors = rectified.map(({ node }) => node.outputs[0]!);
  return new Set(
    tensors.filter((tensor) => {
      const readers = plan.steps.filter(({ node }) => node.inputs.includes(tensor));
      return !outputs.has(tensor) && readers.length > 0 && readers.every(isUnpadded);
    }),
  );
}

interface Extremes {
  readonly lowest: number[];
  readonly highest: number[];
}

describeWithMnn('high biases, as far as the next layer could take them in', ({ python, data }) => {
  const oracle = new MnnOracle(python);

  describe.each(SUBJECTS)('$model', ({ model }) => {
    it('change next to nothing in the ranges of tensors', async () => {
      const images = basename(String(officialConfig(data, model, 'KL-MAX_ABS').path));
      const { inputs } = await testData({ model, images }, data, oracle, IMAGES);
      const [[name, { data: values, shape }]] = [...inputs] as [
        [string, { data: Float32Array; shape: readonly number[] }],
      ];
      const size = values.length / shape[0]!;
      const samples = Array.from(
        { length: shape[0]! },
        (_, i) => new Map([[name, values.slice(i * size, (i + 1) * size)]]),
      );
      const plan = createPlan(
        buildGraph(readModel(readFileSync(join(data, 'models/float', `${model}.mnn`)))),
      );
      const wanted = absorbable(plan);
      const seen = new Map<number, Extremes>();
      const backend = await createCpuBackend();
      await execute(plan, backend, samples, {
        onSample: async ({ tensor, desc, value }) => {
          if (!wanted.has(tensor)) return;
          const one = await backend.download(value);
          const plane = one.length / desc.shape[1]!;
          const { lowest, highest } = seen.get(tensor) ?? { lowest: [], highest: [] };
          seen.set(tensor, { lowest, highest });
          for (const [i, x] of one.entries()) {
            const c = Math.floor(i / plane);
            lowest[c] = Math.min(lowest[c] ?? x, x);
            highest[c] = Math.max(highest[c] ?? x, x);
          }
        },
      });
      await backend.dispose();
      const channels = [...seen.values()].flatMap(({ lowest }) => lowest);
      const positive = channels.filter((lowest) => lowest > 0).length;
      // What no sample takes below 0 is a constant plus the rest: without the constant ranges would be as much smaller.
      const parts = [...seen.values()].map(
        ({ lowest, highest }) =>
          Math.max(...highest.map((high, c) => high - lowest[c]!)) / Math.max(...highest),
      );
      const [least = 1] = parts.toSorted((a, b) => a - b);
      const counts = `${wanted.size} tensors | ${positive} of ${channels.length} channels`;
      process.stderr.write(`| ${model} | ${counts} | smallest remaining range ${least.toFixed(3)} |\n`);
      for (const part of parts) expect(part).toBeGreaterThan(0.97);
    });
  });
});
