import { denseStrides, elementCount, type ScatterAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** Rows put in their places; joining them with what is there is left to the reference. */
export const bindScatterNd: KernelBinder = ({ wasm, memory, constants }, node, inputs, [output]) => {
  const { reduction } = node.attributes as ScatterAttributes;
  const [indices, updates, , data] = inputs;
  if (reduction >= 0 || indices === undefined || updates === undefined || data?.shape.length === 0)
    return undefined;
  if (ELEMENT_BYTES[output.dtype] !== 4) return undefined;
  const width = indices.shape.at(-1)!;
  const rows = elementCount(indices.shape.slice(0, -1));
  const strides = constants.integers(denseStrides(output.shape).map((stride) => stride * 4));
  const rowBytes = elementCount(output.shape.slice(width)) * 4;
  const size = elementCount(output.shape) * 4;
  return ([places, rowsOf, , start], [target]) => {
    const y = live(target).address;
    const { int32 } = memory;
    if (start) int32.copyWithin(y >>> 2, live(start).address >>> 2, (live(start).address + size) >>> 2);
    else int32.fill(0, y >>> 2, (y + size) >>> 2);
    wasm.scatterRows(live(places).address, width, strides, live(rowsOf).address, rows, rowBytes, y, size);
  };
};
