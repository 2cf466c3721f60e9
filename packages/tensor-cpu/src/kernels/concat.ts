import { elementCount } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** Joins tensors of any type along an axis; empty inputs of another rank are passed over. */
export const bindConcat: KernelBinder = ({ memory }, node, inputs, [output]) => {
  const { axis } = node.attributes as { readonly axis: number };
  const { shape, dtype } = output;
  const at = axis < 0 ? axis + shape.length : axis;
  const rows = elementCount(shape.slice(0, at));
  const bytesOf = (extents: readonly number[]) => elementCount(extents.slice(at)) * ELEMENT_BYTES[dtype];
  const rowBytes = bytesOf(shape);
  const widths = inputs.map((input) => (input?.shape.length === shape.length ? bytesOf(input.shape) : 0));
  return (tensors, [y]) => {
    const { uint8 } = memory;
    let start = live(y).address;
    for (let i = 0; i < tensors.length; i++) {
      const width = widths[i];
      let source = live(tensors[i]).address;
      let target = start;
      for (let row = 0; row < rows; row++, source += width, target += rowBytes) {
        uint8.copyWithin(target, source, source + width);
      }
      start += width;
    }
  };
};
