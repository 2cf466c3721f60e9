import type { BoundKernel } from '@mnnquant/graph';
import {
  denseStrides,
  elementCount,
  type PaddingAttributes,
  padSource,
  type TensorDesc,
  wholeView,
} from '@mnnquant/graph';
import { PadValueMode } from '@mnnquant/mnn-format';
import type { KernelBinder, KernelContext } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';
import { bindMoves } from './boxes.ts';

/** A constant all around, or numbers mirrored or repeated. */
export const bindPadding: KernelBinder = (context, node, inputs, [output]) => {
  const [x, pads, value] = inputs;
  const { mode } = node.attributes as PaddingAttributes;
  if (x === undefined || pads?.value === undefined) return undefined;
  if (mode !== PadValueMode.CONSTANT)
    return bindMirrored(context, x, Array.from(pads.value, Number), output, mode);
  if (value !== undefined && value.value === undefined) return undefined;
  const strides = denseStrides(output.shape);
  const offset = strides.reduce((sum, stride, axis) => sum + stride * Number(pads.value![2 * axis]), 0);
  const move = bindMoves(context, inputs, [
    { input: 0, output: 0, from: wholeView(x.shape), to: { offset, strides }, extents: x.shape },
  ]);
  if (move === undefined) return undefined;
  const around = Number(value?.value?.[0] ?? 0);
  const { memory } = context;
  return (sources, targets) => {
    const { address, count } = live(targets[0]);
    const elements = x.dtype === 'float32' ? memory.float32 : memory.int32;
    elements.fill(around, address >>> 2, (address >>> 2) + count);
    return move(sources, targets);
  };
};

/** Slices of an axis, by number. */
interface Pick {
  /** Address of the numbers. */
  readonly indices: number;
  readonly outer: number;
  readonly extent: number;
  readonly count: number;
  readonly rowBytes: number;
}

/** One axis after the other, from the last: each picks the slices that it repeats. */
function bindMirrored(
  { wasm, constants, scratch }: KernelContext,
  x: TensorDesc,
  pads: readonly number[],
  output: TensorDesc,
  mode: number,
): BoundKernel | undefined {
  if (ELEMENT_BYTES[x.dtype] !== 4 || elementCount(x.shape) === 0) return undefined;
  const extents = [...x.shape];
  const picks: Pick[] = [];
  for (let axis = extents.length - 1; axis >= 0; axis--) {
    const [before, extent, count] = [pads[2 * axis], x.shape[axis], output.shape[axis]];
    if (count === extent && before === 0) continue;
    const indices = Array.from({ length: count }, (_, i) => padSource(mode, i - before, extent));
    const rowBytes = elementCount(extents.slice(axis + 1)) * 4;
    extents[axis] = count;
    const outer = elementCount(extents.slice(0, axis));
    picks.push({ indices: constants.integers(indices), outer, extent, count, rowBytes });
  }
  if (picks.length === 0) return undefined;
  const middle = Math.max(
    0,
    ...picks.slice(0, -1).map(({ outer, count, rowBytes }) => outer * count * rowBytes),
  );
  scratch.reserve(2 * middle);
  return ([source], [target]) => {
    let from = live(source).address;
    for (const [i, { indices, outer, extent, count, rowBytes }] of picks.entries()) {
      const to = i === picks.length - 1 ? live(target).address : scratch.address + (i % 2) * middle;
      wasm.gatherRows(from, indices, to, outer, extent, count, rowBytes);
      from = to;
    }
  };
}
