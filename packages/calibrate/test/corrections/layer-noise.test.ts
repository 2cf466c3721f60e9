import { buildGraph, createPlan } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { layerNoise } from '../../src/corrections/layer-noise.ts';
import { MagnitudeCounts } from '../../src/corrections/magnitudes.ts';
import { scaleVariables } from '../../src/corrections/scale-variables.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';

const CHANNELS = 2;

/** A convolution of two channels to two. */
function convolution(depthwise: boolean) {
  const net = new NetBuilder();
  const input = net.input([1, CHANNELS, 8, 8]);
  const options = { outputs: CHANNELS, inputs: CHANNELS, kernel: 3, depthwise };
  const plan = createPlan(buildGraph(net.build([net.convolution(input, options)])));
  return scaleVariables(plan).convolutions[0]!;
}

/** Evenly spread values, those of the second channel a tenth as large. */
function ranges(from: number) {
  const count = 10_000;
  const magnitudes = new MagnitudeCounts(CHANNELS);
  const power = new Float64Array(CHANNELS);
  for (const [c, width] of [1, 0.1].entries()) {
    const values = Float32Array.from(
      { length: count },
      (_, i) => width * (from + ((1 - from) * (i + 0.5)) / count),
    );
    magnitudes.add(c, new Uint32Array(values.buffer), 0, count);
    power[c] = values.reduce((sum, value) => sum + value * value, 0) / count;
  }
  return { largest: Float64Array.of(1, 0.1), power, negative: from < 0, magnitudes };
}

const none = Float64Array.of(1, 1);
const equal = Float64Array.of(1, 0.1);

describe('layerNoise', () => {
  it('is what evenly spread values and the largest weights of each channel say', () => {
    const conv = convolution(false);
    const { weight } = conv.step.node.attributes as { weight: Float32Array };
    const { power, ...rest } = ranges(-1);
    const column = (c: number) => [...weight].filter((_, i) => Math.floor(i / 9) % CHANNELS === c);
    const energies = [0, 1].map((c) => column(c).reduce((sum, value) => sum + value * value, 0));
    const peaks = [0, 1].map((o) => Math.max(...[...weight.slice(o * 18, (o + 1) * 18)].map(Math.abs)));
    const steps = peaks.reduce((sum, peak) => sum + (peak / 127) ** 2, 0) / 12;
    const inputs = ((1 / 127) ** 2 / 12) * (energies[0]! + energies[1]!);
    const signal = energies[0]! * power[0]! + energies[1]! * power[1]!;
    const expected = (inputs + steps * 9 * (power[0]! + power[1]!)) / signal;
    const got = layerNoise(conv, { ...rest, power }, false)(none);
    expect(got / expected).toBeGreaterThan(0.95);
    expect(got / expected).toBeLessThan(1.05);
  });

  it('has none of weights where a depthwise convolution reads, so that equal channels are best', () => {
    const noise = layerNoise(convolution(true), ranges(-1), false);
    expect(noise(equal)).toBeLessThan(noise(none));
    // The weights that read a channel are as much smaller as it is larger: its noise falls with the square.
    expect(noise(Float64Array.of(1, 0.2))).toBeLessThan(noise(Float64Array.of(1, 0.4)));
  });

  it('has twice the steps for what is never negative, where ranges are asymmetric', () => {
    const noise = (from: number, asymmetric: boolean) =>
      layerNoise(convolution(true), ranges(from), asymmetric)(none);
    expect(noise(0, true) / noise(0, false)).toBeCloseTo(1 / 4, 1);
    expect(noise(-1, true)).toBe(noise(-1, false));
  });

  it('is nothing where there is no signal', () => {
    const silent = { ...ranges(0), power: new Float64Array(CHANNELS) };
    expect(layerNoise(convolution(false), silent, false)(none)).toBe(0);
  });
});
