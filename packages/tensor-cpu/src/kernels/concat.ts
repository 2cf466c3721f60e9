import { elementCount, type TensorDesc } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** Joins tensors of any type along an axis; inputs of another rank are empty, or lack last dimensions of 1. */
export const bindConcat: KernelBinder = ({ wasm }, node, inputs, [output]) => {
  const { axis } = node.attributes as { readonly axis: number };
  const { shape, dtype } = output;
  const at = axis < 0 ? axis + shape.length : axis;
  const rows = elementCount(shape.slice(0, at));
  const bytesOf = (desc: TensorDesc | undefined) =>
    rows === 0 ? 0 : (elementCount(desc?.shape ?? [0]) / rows) * ELEMENT_BYTES[dtype];
  const rowBytes = bytesOf(output);
  const widths = inputs.map(bytesOf);
  return (tensors, [y]) => {
    let start = live(y).address;
    for (let i = 0; i < tensors.length; i++) {
      wasm.copyRows(live(tensors[i]).address, start, rows, widths[i], widths[i], rowBytes);
      start += widths[i];
    }
  };
};
