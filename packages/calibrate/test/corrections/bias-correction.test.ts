import { buildGraph, createPlan, createReferenceBackend, execute, type Sample } from '@mnnquant/graph';
import type { Convolution2D, MnnModel } from '@mnnquant/mnn-format';
import { describe, expect, it } from 'vitest';
import { type BiasCorrectionJob, correctBiases } from '../../src/corrections/index.ts';
import { int8Graph } from '../../src/simulate/index.ts';
import { chain, sampleOf } from '../errors/error-jobs.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

function jobOf(
  model: MnnModel,
  scales: Record<number, number>,
  samples: readonly Sample[],
): BiasCorrectionJob {
  const written = quantized(model, scales);
  return {
    plan: planOf(model),
    model: written,
    quantizedPlan: planOf(written),
    backend: createReferenceBackend(),
    samples: { count: samples.length, load: async (index) => samples[index]! },
    memoryBudgetBytes: 2 ** 26,
  };
}

/** [C]: means over samples of the only output [1,C,H,W]. */
async function means(plan: ReturnType<typeof planOf>, samples: readonly Sample[]): Promise<number[]> {
  const { outputs } = await execute(plan, createReferenceBackend(), samples);
  const [first] = [...outputs[0]!.values()];
  const [, channels, ...plane] = first!.shape as [number, number, ...number[]];
  const size = plane.reduce((product, extent) => product * extent, 1);
  return Array.from({ length: channels }, (_, c) => {
    const values = outputs.flatMap((one) => [...[...one.values()][0]!.data.slice(c * size, (c + 1) * size)]);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
}

const simulated = (model: MnnModel) => createPlan(int8Graph(model, planOf(model)).graph);

function biasOf(model: MnnModel, name: string): number[] {
  const op = buildGraph(model).nodes.find((node) => node.name === name)!.source;
  return [...(op.main!.value as Convolution2D).bias!];
}

function noise(seed: number, count: number): Float32Array {
  return new NetBuilder().noise(count + seed, 1).slice(seed);
}

/** Images [1,3,8,8] that are not centred. */
const images = Array.from(
  { length: 4 },
  (_, i) => new Map([['input', noise(i * 7, 192).map((value) => value + 0.3)]]) as Sample,
);

function network(depthwise: boolean): MnnModel {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 8, 8]), { outputs: 6, inputs: 3, kernel: 3, relu: true });
  const second = net.convolution(first, { outputs: 6, inputs: 6, kernel: 3, relu: true, depthwise });
  return net.build([net.convolution(second, { outputs: 4, inputs: 6 }, 'last')]);
}

describe('correctBiases', () => {
  it('adds to a bias what rounding the input took from the mean', async () => {
    // 0.375 and 1.375 become 0 and 1: twice that is 0.75 too small; 3 steps of 1/4. Behind it there is nothing left to do.
    const samples = [sampleOf([0.375, 1.375])];
    const { model, shifts, passes } = await correctBiases(
      jobOf(chain(), { 0: 1, 1: 0.25, 2: 0.25 }, samples),
    );
    expect(passes).toBe(1);
    const [double] = biasOf(model, 'double');
    expect(Math.abs(double! - 0.75)).toBeLessThanOrEqual(0.125);
    expect(biasOf(model, 'same')).toEqual([0]);
    expect(await means(simulated(model), samples)).toEqual([1.75]);
    expect([...shifts.keys()]).toEqual([1, 2]);
  });

  it('leaves a bias where it is if samples disagree', async () => {
    // One sample lacks 3 steps, the other has one too many: one step on the average, with an error of 2.
    const disagreeing = [sampleOf([0.375, 1.375]), sampleOf([0.875, 1.875])];
    const { model, shifts } = await correctBiases(jobOf(chain(), { 0: 1, 1: 0.25, 2: 0.25 }, disagreeing));
    expect(biasOf(model, 'double')).toEqual([0]);
    expect([...shifts.get(1)!]).toEqual([0]);
  });

  it.each([false, true])('makes the means those of the float network, depthwise: %s', async (depthwise) => {
    const model = network(depthwise);
    const scales = { 0: 0.4, 1: 0.03, 2: 0.02, 3: 0.01 };
    const job = jobOf(model, scales, images);
    const corrected = await correctBiases(job);
    const float = await means(planOf(model), images);
    const [before, after] = [
      await means(simulated(job.model), images),
      await means(simulated(corrected.model), images),
    ];
    const off = (own: readonly number[]) => Math.max(...own.map((mean, c) => Math.abs(mean - float[c]!)));
    // The best of shifts by sixteenths of a step is off by half of what the mean jumps from one to the next, and what is rounded to
    // sixteenths first may cross a bound for another jump. A jump is the share of the values in one sixteenth of their steps: 1/16 on
    // average, of 256 values hardly above 1/8.
    expect(off(after)).toBeLessThan(0.01 * (1.5 / 8));
    expect(off(before)).toBeGreaterThan(2 * off(after));
  });

  it('gives the same biases with any memory, layer by layer where samples do not fit', async () => {
    const job = jobOf(network(true), { 0: 0.1, 1: 0.08, 2: 0.06, 3: 0.04 }, images);
    const whole = await correctBiases(job);
    const parts = await correctBiases({ ...job, memoryBudgetBytes: 1 });
    expect([whole.passes, parts.passes]).toEqual([1, 3]);
    expect(parts.model).toEqual(whole.model);
    expect(whole.model).not.toEqual(job.model);
  });

  it('leaves channels alone whose mean is not a number, and models without int8 convolutions', async () => {
    const bad = jobOf(chain(), { 0: 1, 1: 1, 2: 1 }, [sampleOf([Number.NaN, 3.3])]);
    const { model } = await correctBiases(bad);
    expect(biasOf(model, 'double')).toEqual([0]);
    const float = { ...bad, model: chain(), quantizedPlan: planOf(chain()) };
    expect(await correctBiases(float)).toEqual({ model: float.model, shifts: new Map(), passes: 0 });
  });

  it('reports progress up to its total', async () => {
    const seen: [number, number][] = [];
    const job = jobOf(network(false), { 0: 0.1, 1: 0.1, 2: 0.1, 3: 0.1 }, images);
    for (const memoryBudgetBytes of [1, 2 ** 26]) {
      await correctBiases({
        ...job,
        memoryBudgetBytes,
        onProgress: (done, total) => seen.push([done, total]),
      });
      const [done, total] = seen.at(-1)!;
      expect(done).toBe(total);
    }
  });
});
