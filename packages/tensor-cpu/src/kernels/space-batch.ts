import { type SpaceBatchAttributes, spaceBatchAttributes, spaceBatchViews } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { ELEMENT_BYTES, live } from '../tensor.ts';
import { bindMoves } from './boxes.ts';

/** Pixels of each block to the batch; what is padding becomes 0. */
export const bindSpaceToBatch: KernelBinder = (context, node, inputs, [output]) => {
  const [x] = inputs;
  const attributes = knownAttributes(node, inputs);
  if (x === undefined || attributes === undefined) return undefined;
  const views = spaceBatchViews(attributes, output, x);
  const moves = views.map(({ deep, wide, extents }) => ({
    input: 0,
    output: 0,
    from: wide,
    to: deep,
    extents,
  }));
  const run = bindMoves(context, inputs, moves);
  if (run === undefined || attributes.pads.every((pad) => pad === 0)) return run;
  return (sources, targets) => {
    const { address, count } = live(targets[0]);
    context.memory.uint8.fill(0, address, address + count * ELEMENT_BYTES[output.dtype]);
    return run(sources, targets);
  };
};

/** The batch to pixels of each block, without the padding. */
export const bindBatchToSpace: KernelBinder = (context, node, inputs, [output]) => {
  const [x] = inputs;
  const attributes = knownAttributes(node, inputs);
  if (x === undefined || attributes === undefined) return undefined;
  const views = spaceBatchViews(attributes, x, output);
  const moves = views.map(({ deep, wide, extents }) => ({
    input: 0,
    output: 0,
    from: deep,
    to: wide,
    extents,
  }));
  return bindMoves(context, inputs, moves);
};

/** `undefined` where inputs say them that are known only when the network runs. */
function knownAttributes(
  node: Parameters<KernelBinder>[1],
  inputs: Parameters<KernelBinder>[2],
): SpaceBatchAttributes | undefined {
  if (inputs.slice(1).some((input) => input?.value === undefined)) return undefined;
  return spaceBatchAttributes(node.attributes as SpaceBatchAttributes, inputs, node.name);
}
