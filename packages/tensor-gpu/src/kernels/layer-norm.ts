import { elementCount, type LayerNormAttributes } from '@mnnquant/graph';
import { BinaryOpOperation } from '@mnnquant/mnn-format';
import type { GpuArray } from '../device/gpu-array.ts';
import { BINARY_NUMBERS } from './binary-functions.ts';
import { BINARY_PROGRAMS } from './binary-op.ts';
import { broadcastBox, lineBox } from './box.ts';
import type { KernelBinder, KernelContext } from './context.ts';
import { canFold, foldRows } from './fold-rows.ts';
import { FOLDS } from './folds.ts';
import { mapPrograms, runMap } from './map.ts';
import { allFloat, type Rows, releasing, rowsAround } from './support.ts';

/** `root` is √(mean of (x - mean)²), whose square may have no room. */
const NORMALIZE = mapPrograms({
  name: 'layer norm',
  operands: ['x', 'mean', 'root', 'gamma', 'beta'],
  numbers: ['epsilon'],
  compute: `
    let deviation = root;
    if (!(root > 1e15)) deviation = Math.sqrt(root * root + epsilon);
    return (x - mean) / deviation * gamma + beta;`,
});

/** One input, or the sum of two, normalized over axes that lie side by side, or in groups. */
export const bindLayerNorm: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as LayerNormAttributes;
  if (!allFloat(inputs) || inputs.length > 2) return undefined;
  const rows = rowsOf(attributes, inputs[0].shape);
  if (rows === undefined || !canFold(rows)) return undefined;
  const normalize = normalizer(context, attributes, rows, {
    gamma: () => context.constants.get(node, 'gamma', () => attributes.gamma ?? Float32Array.of(1)),
    beta: () => context.constants.get(node, 'beta', () => attributes.beta ?? Float32Array.of(0)),
    zero: () => context.constants.get(node, 'zero', () => Float32Array.of(0)),
  });
  if (normalize === undefined) return undefined;
  if (inputs.length === 1) return async ([x]) => [await normalize(x!)];
  return async ([a, b]) => {
    const add = BINARY_PROGRAMS.get(BinaryOpOperation.ADD)!;
    const sum = await runMap(context.device, add, lineBox(a!.count, 2), [a!, b!], BINARY_NUMBERS);
    try {
      const normalized = await normalize(sum);
      return [sum.retain(), normalized];
    } finally {
      sum.release();
    }
  };
};

type Constant = () => Promise<GpuArray>;

function normalizer(
  { device }: KernelContext,
  { gamma, beta, epsilon, rms }: LayerNormAttributes,
  rows: Rows,
  constants: { readonly gamma: Constant; readonly beta: Constant; readonly zero: Constant },
): ((x: GpuArray) => Promise<GpuArray>) | undefined {
  const { outer, count, inner } = rows;
  const shape = [outer, count, inner];
  const results = [outer, 1, inner];
  const perValue = (values: Float32Array | undefined): readonly number[] => (values ? [count, 1] : []);
  const box = broadcastBox(shape, [shape, rms ? [] : results, results, perValue(gamma), perValue(beta)]);
  if (box === undefined) return undefined;
  const factor = 1 / count;
  return async (x) => {
    const mean = rms
      ? (await constants.zero()).retain()
      : await foldRows(device, FOLDS.sum, { x, rows, factor });
    return releasing([mean], async () => {
      const fold = rms ? FOLDS.root : FOLDS.centredRoot;
      const root = await foldRows(device, fold, { x, rows, ...(!rms && { centres: mean }), factor });
      return releasing([root], async () => {
        const operands = [x, mean, root, await constants.gamma(), await constants.beta()];
        return runMap(device, NORMALIZE, box, operands, { epsilon });
      });
    });
  };
}

/** What is normalized together, as rows; `undefined` where its axes do not lie side by side. */
function rowsOf({ axes, group }: LayerNormAttributes, shape: readonly number[]): Rows | undefined {
  if (group > 1) {
    const count = elementCount(shape.slice(1)) / group;
    return { outer: elementCount(shape) / count, count, inner: 1 };
  }
  const places = axes.map((axis) => (axis < 0 ? axis + shape.length : axis)).sort((a, b) => a - b);
  const [first] = places;
  if (places.some((place, i) => place !== first + i)) return undefined;
  return rowsAround(shape, first, first + places.length);
}
