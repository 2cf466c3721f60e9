import type { HostTensor } from '../../tensor.ts';
import type { PoolGeometry } from '../pooling-attributes.ts';
import { nearestWindow } from './pool-windows.ts';
import { imageStrides } from './strides.ts';

/**
 * Maxima of windows and where they are: row · width + column within the plane, the first one of equals.
 *
 * MNN 3.6.1 (CPUPool.hpp `poolingMaxWithRedice`) gives -3.4e38 and 0 for windows that begin in the padding;
 * here they give the maximum of their pixels, as in ONNX. Of NHWC images it leaves the indices of groups of
 * four channels side by side; here they lie where the maxima do.
 */
export function maximaWithIndices(x: HostTensor, y: HostTensor, indices: HostTensor, g: PoolGeometry): void {
  const [from, to] = [imageStrides(x), imageStrides(y)];
  for (let i = 0; i < y.data.length; i++) {
    const [n, c] = [Math.floor(i / to.n), Math.floor(i / to.c) % g.channels];
    const [oy, ox] = [Math.floor(i / to.h) % g.outputHeight, Math.floor(i / to.w) % g.outputWidth];
    const [y0, y1] = nearestWindow(oy * g.stride[0] - g.padTop, g.kernel[0], g.inputHeight);
    const [x0, x1] = nearestWindow(ox * g.stride[1] - g.padLeft, g.kernel[1], g.inputWidth);
    const base = n * from.n + c * from.c;
    let best = y0 * g.inputWidth + x0;
    let maximum = x.data[base + y0 * from.h + x0 * from.w];
    for (let iy = y0; iy < y1; iy++) {
      for (let ix = x0; ix < x1; ix++) {
        const value = x.data[base + iy * from.h + ix * from.w];
        if (!(value > maximum)) continue;
        maximum = value;
        best = iy * g.inputWidth + ix;
      }
    }
    y.data[i] = maximum;
    indices.data[i] = best;
  }
}
