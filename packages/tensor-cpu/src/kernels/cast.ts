import type { CastAttributes } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { bindCopy } from './copy.ts';

/** Whole numbers to floats, to truth values, and what changes nothing; cutting floats is left to the reference. */
export const bindCast: KernelBinder = (context, node, inputs, outputs) => {
  const { to, toBool } = node.attributes as CastAttributes;
  const from = inputs[0]?.dtype;
  if (from === to && !toBool) return bindCopy(context, node, inputs, outputs);
  const name = conversion(from, to, toBool);
  if (name === undefined) return undefined;
  const compute = context.wasm[name];
  return ([x], [y]) => compute(live(x).address, live(y).address, live(y).count);
};

function conversion(
  from: string | undefined,
  to: string,
  toBool: boolean,
): 'toFloat' | 'floatToBool' | 'wholeToBool' | undefined {
  if (toBool && to === 'int32') {
    if (from === 'float32') return 'floatToBool';
    return from === 'int32' ? 'wholeToBool' : undefined;
  }
  return from === 'int32' && to === 'float32' && !toBool ? 'toFloat' : undefined;
}
