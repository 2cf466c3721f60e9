import { type ReductionAttributes, reducedAxes } from '@mnnquant/graph';
import { ReductionType as R } from '@mnnquant/mnn-format';
import type { GpuArray } from '../device/gpu-array.ts';
import type { GpuDevice } from '../device/gpu-device.ts';
import type { KernelBinder } from './context.ts';
import { canFold, foldRows } from './fold-rows.ts';
import { FOLDS, type Fold } from './folds.ts';
import { type Rows, rowsAround } from './support.ts';

const OPERATIONS: Readonly<Record<number, Fold>> = {
  [R.SUM]: FOLDS.sum,
  [R.ASUM]: FOLDS.absoluteSum,
  [R.SUMSQ]: FOLDS.squaredSum,
  [R.MEAN]: FOLDS.sum,
  [R.MAXIMUM]: FOLDS.maximum,
  [R.MINIMUM]: FOLDS.minimum,
  [R.PROD]: FOLDS.product,
  [R.ANY]: FOLDS.any,
  [R.ALL]: FOLDS.all,
};

/** Sum, mean, maximum … over some dimensions; those that lie side by side together, from the last. */
export const bindReduction: KernelBinder = ({ device }, node, [x, second]) => {
  const { operation, axes } = node.attributes as ReductionAttributes;
  const fold = OPERATIONS[operation];
  if (fold === undefined || x?.dtype !== 'float32') return undefined;
  if (axes === undefined && second !== undefined && second.value === undefined) return undefined;
  const given = axes ?? (second?.value && Array.from(second.value, Number));
  const steps = stepsOf(x.shape, reducedAxes(given, x.shape.length, node.name));
  if (!steps.every(canFold)) return undefined;
  const isMean = operation === R.MEAN;
  return async ([input]) => [await reduced(device, fold, input!, steps, isMean)];
};

/** The runs of axes that go, from the last; one row of one value each where there is none. */
function stepsOf(shape: readonly number[], axes: ReadonlySet<number>): readonly Rows[] {
  const steps: Rows[] = [];
  const left = [...shape];
  for (let end = shape.length; end > 0; end--) {
    if (!axes.has(end - 1)) continue;
    let first = end - 1;
    while (axes.has(first - 1)) first--;
    steps.push(rowsAround(left, first, end));
    left.splice(first, end - first);
    end = first + 1;
  }
  return steps.length > 0 ? steps : [rowsAround(shape, shape.length, shape.length)];
}

async function reduced(
  device: GpuDevice,
  fold: Fold,
  input: GpuArray,
  steps: readonly Rows[],
  isMean: boolean,
): Promise<GpuArray> {
  let x = input.retain();
  for (const [i, rows] of steps.entries()) {
    const before = x;
    const own = i === 0 ? fold : (fold.further ?? fold);
    try {
      x = await foldRows(device, own, { x: before, rows, factor: isMean ? 1 / rows.count : 1 });
    } finally {
      before.release();
    }
  }
  return x;
}
