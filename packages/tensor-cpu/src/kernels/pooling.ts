import type { PoolAttributes, PoolGeometry } from '@mnnquant/graph';
import { poolGeometry, windowsHoldPixels } from '@mnnquant/graph';
import type { KernelBinder } from '../context.ts';
import { live } from '../tensor.ts';
import { allFloat } from './support.ts';
import { poolFields } from './window.ts';

/** Maximum and average over windows of x [N,C,H,W]; NHWC and indices are left to the reference. */
export const bindPooling: KernelBinder = (context, node, inputs) => {
  const attributes = node.attributes as PoolAttributes;
  if (!allFloat(inputs) || inputs[0].layout === 'NHWC' || attributes.indices) return undefined;
  const geometry = poolGeometry(attributes, inputs[0], `${node.name} (Pooling)`);
  const planes = geometry.batch * geometry.channels;
  const window = context.constants.integers(poolFields(geometry));
  if (attributes.kind === 'max') {
    // What such a window gives is left to the reference.
    if (!windowsHoldPixels(geometry)) return undefined;
    return ([x], [y]) => context.wasm.maxPool(live(x).address, live(y).address, window, planes);
  }
  const role = `inverses ${poolFields(geometry)}`;
  const inverses = context.constants.floats(node, role, () =>
    inverseDivisors(geometry, attributes.countPadding),
  );
  return ([x], [y]) => context.wasm.averagePool(live(x).address, live(y).address, window, planes, inverses);
};

/** 1 / divisor per output pixel; 0 where a window holds no pixel (MNN 3.6.1 CPUPool.cpp multiplies likewise). */
function inverseDivisors(g: PoolGeometry, countPadding: boolean): Float32Array {
  const inverses = new Float32Array(g.outputHeight * g.outputWidth);
  for (let oy = 0; oy < g.outputHeight; oy++) {
    for (let ox = 0; ox < g.outputWidth; ox++) {
      const top = oy * g.stride[0] - g.padTop;
      const left = ox * g.stride[1] - g.padLeft;
      const rows = Math.min(top + g.kernel[0], g.inputHeight) - Math.max(top, 0);
      const columns = Math.min(left + g.kernel[1], g.inputWidth) - Math.max(left, 0);
      const pixels = Math.max(0, rows) * Math.max(0, columns);
      const area =
        (Math.min(top + g.kernel[0], g.countedHeight) - top) *
        (Math.min(left + g.kernel[1], g.countedWidth) - left);
      const divisor = countPadding ? area : pixels;
      inverses[oy * g.outputWidth + ox] = divisor === 0 ? 0 : 1 / divisor;
    }
  }
  return inverses;
}
