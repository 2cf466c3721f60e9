import type { BoundKernel, TensorDesc } from '@mnnquant/graph';
import { elementCount } from '@mnnquant/graph';
import type { KernelContext } from '../context.ts';
import { live } from '../tensor.ts';
import { sameShape } from './support.ts';

export type Arithmetic = 'add' | 'subtract' | 'multiply';

/** A big tensor seen as [samples, channels, plane], where the small one has one value per channel. */
interface View {
  readonly samples: number;
  readonly channels: number;
  readonly plane: number;
}

/**
 * y = a op b where one operand is a scalar or varies along one axis only, as a bias or a mean does. It runs the
 * kernel of Scale, y = offset + x * factor, with the small operand as offset or factor and the other one 0, 1 or
 * -1: the results are those of the operation itself. `undefined` for other shapes.
 */
export function bindBroadcast(
  { wasm, constants }: KernelContext,
  operation: Arithmetic,
  [a, b]: readonly TensorDesc[],
  output: TensorDesc,
  [lo, hi]: readonly [number, number],
): BoundKernel | undefined {
  const swapped = !sameShape(a.shape, output.shape);
  const view = broadcastView(swapped ? b.shape : a.shape, swapped ? a.shape : b.shape, output.shape);
  if (view === undefined) return undefined;
  const { samples, channels, plane } = view;
  const filled = (value: number) =>
    constants.floats(constants, `${channels} times ${value}`, () => new Float32Array(channels).fill(value));
  const [zeros, factor] = [filled(0), filled(operation === 'subtract' ? -1 : 1)];
  return ([left, right], [result]) => {
    const x = live(swapped ? right : left).address;
    const small = live(swapped ? left : right).address;
    const { address: y, count } = live(result);
    if (operation === 'multiply') wasm.scale(x, y, small, zeros, samples, channels, plane);
    else wasm.scale(x, y, factor, small, samples, channels, plane);
    // a - b is -(b - a): negation does not round.
    if (operation === 'subtract' && !swapped) wasm.scale(y, y, factor, zeros, samples, channels, plane);
    if (lo === 0 || hi !== Number.POSITIVE_INFINITY) wasm.clip(y, y, count, lo, hi);
  };
}

function broadcastView(
  big: readonly number[],
  small: readonly number[],
  y: readonly number[],
): View | undefined {
  if (!sameShape(big, y) || small.length > big.length) return undefined;
  const lead = big.length - small.length;
  const varying = small.flatMap((extent, i) => (extent === 1 ? [] : [i + lead]));
  if (varying.length > 1) return undefined;
  if (varying.length === 0) return { samples: 1, channels: 1, plane: elementCount(big) };
  const [axis] = varying;
  return {
    samples: elementCount(big.slice(0, axis)),
    channels: big[axis],
    plane: elementCount(big.slice(axis + 1)),
  };
}
