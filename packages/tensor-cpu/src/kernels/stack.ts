import { layerViews, wholeView } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { bindMoves } from './boxes.ts';

/** Pack: tensors stacked along a new axis. */
export const bindStack: KernelBinder = (context, node, inputs, [output]) => {
  const { axis } = node.attributes as { readonly axis: number };
  const moves = layerViews(output.shape, axis, inputs.length).map((to, input) => ({
    input,
    output: 0,
    from: wholeView(to.extents),
    to,
    extents: to.extents,
  }));
  return bindMoves(context, inputs, moves);
};

/** Unpack: slices of an axis that goes. */
export const bindUnstack: KernelBinder = (context, node, inputs, outputs) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const { axis } = node.attributes as { readonly axis: number };
  const moves = layerViews(x.shape, axis, outputs.length).map((from, output) => ({
    input: 0,
    output,
    from,
    to: wholeView(from.extents),
    extents: from.extents,
  }));
  return bindMoves(context, inputs, moves);
};
