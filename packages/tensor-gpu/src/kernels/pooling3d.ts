import { elementCount } from '@mnnquant/graph';
import type { KernelBinder } from './context.ts';
import { canReducePlanes, type PoolKind, reducePlanes } from './plane-reduction.ts';

/** Global pooling over all dimensions after the channels; smaller windows are left to the reference. */
export const bindPooling3D: KernelBinder = ({ device }, node, [x]) => {
  const { kind, global } = node.attributes as { readonly kind: PoolKind; readonly global: boolean };
  if (!global || x?.dtype !== 'float32' || x.layout === 'NHWC') return undefined;
  const planes = elementCount(x.shape.slice(0, 2));
  const size = elementCount(x.shape.slice(2));
  if (!canReducePlanes(device, planes)) return undefined;
  return async ([source]) => [await reducePlanes(device, kind, source!, planes, size)];
};
