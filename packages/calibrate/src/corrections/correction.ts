import type { ExecutionPlan, GraphNode, PlanStep } from '@mnnquant/graph';
import type { Convolution2D } from '@mnnquant/mnn-format';
import { believedMean } from './believed-mean.ts';
import type { SampleMean } from './channel-means.ts';
import { fineConvolution, isInt8Convolution, resultGrid, withBias } from './fine-convolution.ts';
import type { FineCounts } from './fine-counts.ts';
import type { FloatMeans } from './float-means.ts';
import { shiftedBias } from './shifted-bias.ts';
import { solveShift } from './solve-shift.ts';

/** A bias is moved by so many steps of the output at most: more is no error of rounding. */
const MOST_STEPS = 8;

/** The new biases that are known so far. */
export class Correction {
  readonly biases = new Map<number, Float32Array>();
  readonly shifts = new Map<number, Float64Array>();
  /** By tensor of the model. */
  readonly #means: FloatMeans;

  constructor(means: FloatMeans) {
    this.#means = means;
  }

  /** The node as it is to run: with its new bias where there is one. */
  corrected(node: GraphNode): GraphNode {
    const bias = this.biases.get(node.index);
    return bias === undefined || !isInt8Convolution(node) ? node : withBias(node, bias);
  }

  /** @param node the convolution as it was */
  solve(node: GraphNode, counts: FineCounts): void {
    const grid = resultGrid(node);
    const table = node.source.main?.value as Convolution2D;
    const means = this.#means.get(modelTensor(node))!;
    const inSteps = (one: SampleMean): SampleMean => ({ ...one, mean: one.mean / grid.scale + grid.zero });
    const shifts = Float64Array.from({ length: means.channels }, (_, c) => {
      const mean = believedMean(means.of(c).map(inSteps), counts.means.of(c));
      return solveShift(counts.of(c), mean, grid, MOST_STEPS);
    });
    const bias = table.bias ?? new Float32Array(means.channels);
    this.shifts.set(node.index, shifts);
    this.biases.set(node.index, shiftedBias(node, bias, shifts, grid));
  }
}

/** Whether a step of a simulated network is a convolution to be corrected: constants have no samples to take means of. */
export function isTarget({ node, inputs }: PlanStep): boolean {
  return isInt8Convolution(node) && inputs.every((desc) => desc === undefined || desc.value === undefined);
}

/** Convolutions that have no new bias yet give what there is before rounding. */
export function finePlan(plan: ExecutionPlan, state: Correction): ExecutionPlan {
  const steps = plan.steps.map((step) => {
    if (!isTarget(step)) return step;
    const known = state.biases.has(step.node.index);
    return { ...step, node: known ? state.corrected(step.node) : fineConvolution(step.node) };
  });
  return { ...plan, steps };
}

/** The model's tensor whose values an int8 convolution of the simulated network makes. */
export function modelTensor({ source }: GraphNode): number {
  return source.outputIndexes![0]!;
}
