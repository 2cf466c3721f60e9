import type { KernelBinder } from '../context.ts';
import { bindMoves, wholeView } from './boxes.ts';

/** Pack: tensors stacked along a new axis. */
export const bindStack: KernelBinder = (context, node, inputs, [output]) => {
  const { axis } = node.attributes as { readonly axis: number };
  const at = axis < 0 ? axis + output.shape.length : axis;
  const { strides } = wholeView(output.shape);
  const others = strides.filter((_, i) => i !== at);
  const shape = output.shape.filter((_, i) => i !== at);
  const moves = inputs.map((_, input) => ({
    input,
    output: 0,
    from: wholeView(shape),
    to: { offset: input * strides[at], strides: others },
    extents: shape,
  }));
  return bindMoves(context, inputs, moves);
};

/** Unpack: slices of an axis that goes. */
export const bindUnstack: KernelBinder = (context, node, inputs, outputs) => {
  const [x] = inputs;
  if (x === undefined) return undefined;
  const { axis } = node.attributes as { readonly axis: number };
  const at = axis < 0 ? axis + x.shape.length : axis;
  const { strides } = wholeView(x.shape);
  const others = strides.filter((_, i) => i !== at);
  const moves = outputs.map(({ shape }, output) => ({
    input: 0,
    output,
    from: { offset: output * strides[at], strides: others },
    to: wholeView(shape),
    extents: shape,
  }));
  return bindMoves(context, inputs, moves);
};
