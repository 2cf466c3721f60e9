import { elementCount, type GatherAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';

/** Rows picked by index; an index outside of the axis gives zeros. Elements of 4 bytes. */
export const bindGather: KernelBinder = ({ wasm }, node, inputs) => {
  const [x, indices, third] = inputs;
  if (x === undefined || indices === undefined || ELEMENT_BYTES[x.dtype] !== 4) return undefined;
  if (third !== undefined && third.value === undefined) return undefined;
  const axis = (node.attributes as GatherAttributes).axis ?? Number(third?.value?.[0] ?? 0);
  const at = axis < 0 ? axis + x.shape.length : axis;
  const [outer, extent] = [elementCount(x.shape.slice(0, at)), x.shape[at]];
  const rowBytes = elementCount(x.shape.slice(at + 1)) * 4;
  const count = elementCount(indices.shape);
  return ([source, picks], [target]) =>
    wasm.gatherRows(
      live(source).address,
      live(picks).address,
      live(target).address,
      outer,
      extent,
      count,
      rowBytes,
    );
};
