import { findsZeroPoints, int8Candidates } from '@mnnquant/calibrate';
import type { ExecutionPlan, GraphNode } from '@mnnquant/graph';
import type { Config } from './config/schema.ts';
import { QuantizeError } from './errors.ts';
import { skipOf } from './job/steps.ts';
import { listed } from './listed.ts';
import { notFinite } from './samples/numbers.ts';

/** How messages call what an op holds; the rest are constants. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['weight', 'weights'],
  ['bias', 'biases'],
]);

/** Numbers of one kind that an op holds, of which some are NaN or infinite. */
interface BrokenConstants {
  readonly node: GraphNode;
  /** Whether they are what int8 rounds: weights and biases. */
  readonly areRounded: boolean;
  readonly count: number;
  /** `conv1: 3 of its 108 weights`. */
  readonly text: string;
}

/**
 * Looks for numbers in the ops themselves that are NaN or infinite: samples or later layers would get the blame. Weights and biases that int8
 * would have to round end a run: what a kernel makes of an infinite bias as a whole number differs between machines. Constants that are tensors are
 * left alone: masks of attention hold infinities.
 *
 * @param plan of the float network
 * @param training whether the weights are to be found anew
 * @returns what a user should know
 * @throws {QuantizeError} naming the ops whose weights or biases cannot be quantized
 */
export function checkConstants(plan: ExecutionPlan, config: Config, training: boolean): string[] {
  const broken = plan.steps.flatMap(({ node }) => brokenOf(node));
  if (broken.length === 0) return [];
  // As in calibrate: what int8 would not round ends no run.
  const asymmetric = findsZeroPoints(config.feature_quantize_method, config.feature_asymmetric);
  const options = { skip: skipOf(config), asymmetric };
  const { nodes } = int8Candidates(plan.graph, plan, options);
  const fatal = broken.filter(
    ({ node, areRounded }) => areRounded && !training && nodes.get(node.index) === 'int8',
  );
  if (fatal.length > 0)
    throw new QuantizeError(
      `${textOf(fatal)}: ${countOf(fatal) === 1 ? 'it' : 'they'} cannot be quantized; the float model is broken, convert it again`,
    );
  return broken.map((one) => textOf([one]));
}

function textOf(broken: readonly BrokenConstants[]): string {
  return `${listed(broken.map(({ text }) => text))} ${countOf(broken) === 1 ? 'is' : 'are'} NaN or infinite`;
}

function countOf(broken: readonly BrokenConstants[]): number {
  return broken.reduce((sum, { count }) => sum + count, 0);
}

function brokenOf(node: GraphNode): BrokenConstants[] {
  return Object.entries(node.attributes ?? {}).flatMap(([key, data]) => {
    if (!(data instanceof Float32Array)) return [];
    const count = notFinite(data);
    if (count === 0) return [];
    const text = `${node.name}: ${count} of its ${data.length} ${NAMES.get(key) ?? 'constants'}`;
    return [{ node, areRounded: NAMES.has(key), count, text }];
  });
}
