import type { ConvolutionAttributes } from '@mnnquant/graph';
import { UnionFind } from '../ties/union-find.ts';
import type { ChannelRanges } from './channel-ranges.ts';
import { layerNoise } from './layer-noise.ts';
import type { OwnConvolution, ScaleVariables } from './scale-variables.ts';

/** Shares of the way to channels of equal range that are tried. */
const SHARES = Array.from({ length: 10 }, (_, i) => (i + 1) / 10);

/** A channel is enlarged by this at most: what calibration hardly saw may be larger elsewhere. */
export const MOST_GAIN = 16;

/** By how much a channel may exceed what was seen before ReLU6 cuts it off: a few samples show far from all. */
export const RELU6_MARGIN = 4;

/** What the noise of a set of tensors has to fall by to change it: less is within what the prediction is wrong by. */
const LEAST_GAIN = 0.1;

/**
 * What to divide each channel by, so that int8 loses less.
 *
 * An activation has one scale for all of its channels, weights have one for each output channel. So a factor costs nothing in the
 * layer that makes a channel, nor in a depthwise one that reads it; in other layers it widens the range of the weights that share a
 * scale. Of each set of connected tensors the share α is taken with the least noise, channels being divided by
 * (range / largest range)^α: as SmoothQuant (Xiao et al., 2022) moves ranges from activations to weights, with the goal of Nagel et
 * al., Data-Free Quantization (2019).
 */
export function equalizationFactors(
  { convolutions, variables, fixed }: ScaleVariables,
  ranges: ReadonlyMap<number, ChannelRanges>,
  asymmetric: boolean,
): Map<number, number> {
  const relative = relativeRanges(variables, ranges);
  const limits = relu6Limits(convolutions, variables, ranges);
  const free = (variable: number): boolean => !fixed.has(variable) && (relative.get(variable) ?? 0) > 0;
  const factors = new Map<number, number>();
  for (const part of connectedParts(variables, convolutions)) {
    const consumers = convolutions.filter(({ input }) => part.has(input));
    const own = [...new Set([...part].flatMap((tensor) => [...variables.get(tensor)!]))].filter(free);
    if (consumers.length === 0 || own.length === 0) continue;
    const costs = consumers.map((one) => layerNoise(one, ranges.get(one.input)!, asymmetric));
    const noiseOf = (tried: ReadonlyMap<number, number>): number =>
      costs.reduce((sum, cost, i) => {
        const read = variables.get(consumers[i]!.input)!;
        return sum + cost(Float64Array.from(read, (variable) => tried.get(variable) ?? 1));
      }, 0);
    const none = new Map<number, number>();
    let best = { noise: noiseOf(none) * (1 - LEAST_GAIN), factors: none };
    for (const share of SHARES) {
      const tried = new Map(
        own.map((variable) => [
          variable,
          factorOf(relative.get(variable)!, share, limits.get(variable) ?? 0),
        ]),
      );
      const noise = noiseOf(tried);
      // A larger share has to gain something.
      if (noise < best.noise * (1 - 1e-9)) best = { noise, factors: tried };
    }
    for (const [variable, factor] of best.factors) if (factor !== 1) factors.set(variable, factor);
  }
  return factors;
}

/** @param lowest 0 where nothing bounds it; above 1 the channel stays as it is */
function factorOf(relative: number, share: number, lowest: number): number {
  if (lowest >= 1) return 1;
  return Math.max(relative ** share, 1 / MOST_GAIN, lowest);
}

/** By variable: its largest range among its tensors, each as a part of its tensor's. */
function relativeRanges(
  variables: ScaleVariables['variables'],
  ranges: ReadonlyMap<number, ChannelRanges>,
): Map<number, number> {
  const relative = new Map<number, number>();
  for (const [tensor, own] of variables) {
    const largest = ranges.get(tensor)?.largest ?? [];
    const whole = Math.max(0, ...largest);
    if (whole === 0) continue;
    for (const [c, variable] of own.entries())
      relative.set(variable, Math.max(relative.get(variable) ?? 0, largest[c]! / whole));
  }
  return relative;
}

/** By variable that a ReLU6 bounds: the smallest factor that leaves all that was seen below 6. */
function relu6Limits(
  convolutions: readonly OwnConvolution[],
  variables: ScaleVariables['variables'],
  ranges: ReadonlyMap<number, ChannelRanges>,
): Map<number, number> {
  const limits = new Map<number, number>();
  for (const { step, output } of convolutions) {
    if (!(step.node.attributes as ConvolutionAttributes).relu6) continue;
    const largest = ranges.get(output)!.largest;
    for (const [c, variable] of variables.get(output)!.entries())
      limits.set(
        variable,
        Math.max(limits.get(variable) ?? 0, largest[c]! >= 6 ? 1 : (RELU6_MARGIN * largest[c]!) / 6),
      );
  }
  return limits;
}

/** Sets of tensors that share variables. */
function connectedParts(
  variables: ScaleVariables['variables'],
  convolutions: readonly OwnConvolution[],
): Set<number>[] {
  const sets = new UnionFind();
  const firstWith = new Map<number, number>();
  for (const [tensor, own] of variables)
    for (const variable of own) {
      const first = firstWith.get(variable);
      if (first === undefined) firstWith.set(variable, tensor);
      else sets.union(first, tensor);
    }
  const parts = new Map<number, Set<number>>();
  for (const tensor of variables.keys()) {
    const root = sets.find(tensor);
    parts.set(root, (parts.get(root) ?? new Set()).add(tensor));
  }
  const made = new Set(convolutions.map(({ output }) => output));
  return [...parts.values()].filter((part) => [...part].some((tensor) => made.has(tensor)));
}
