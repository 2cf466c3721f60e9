import type { BatchTensor, EmaForward } from '@mnnquant/calibrate';
import type { BoundKernel, DeviceTensor, GraphNode, QuantParams, TensorBackend } from '@mnnquant/graph';
import { OpType } from '@mnnquant/mnn-format';

const CONVOLUTIONS: readonly number[] = [OpType.Convolution, OpType.ConvolutionDepthwise];

/**
 * The forward of MNN's tool to the letter: it rounds at convolutions only, so a sum is rounded for the
 * convolution that reads it and not for the next sum. (Ours rounds it for both, as MNN's runtime does.)
 */
export function unroundedSums(inner: TensorBackend): { backend: TensorBackend; forward: EmaForward } {
  const sums = new WeakSet<DeviceTensor>();
  const grids = new WeakMap<DeviceTensor, QuantParams>();
  const fakeQuantize = (tensor: DeviceTensor, grid: QuantParams): void | Promise<void> => {
    if (!sums.has(tensor)) return inner.fakeQuantize(tensor, grid);
    grids.set(tensor, grid);
  };
  const bind: TensorBackend['bind'] = (node, inputs, outputs) => {
    const kernel = inner.bind(node, inputs, outputs);
    return kernel && isConvolution(node) ? roundedInput(inner, grids, kernel) : kernel;
  };
  const onTensor = ({ node, values }: BatchTensor): void => {
    if (node?.source.type === OpType.BinaryOp) for (const value of values) sums.add(value);
  };
  return { backend: delegating(inner, { fakeQuantize, bind }), forward: { onTensor } };
}

function isConvolution({ source }: GraphNode): boolean {
  return CONVOLUTIONS.includes(source.type);
}

function roundedInput(
  backend: TensorBackend,
  grids: WeakMap<DeviceTensor, QuantParams>,
  kernel: BoundKernel,
): BoundKernel {
  return async ([input, ...rest], outputs) => {
    const grid = input && grids.get(input);
    if (input === undefined || grid === undefined) return kernel([input, ...rest], outputs);
    const copy = backend.allocate(input);
    backend.upload(copy, await backend.download(input));
    await backend.fakeQuantize(copy, grid);
    await kernel([copy, ...rest], outputs);
    backend.free(copy);
  };
}

/** A backend with some methods replaced; the others keep their `this`. */
function delegating(inner: TensorBackend, replaced: Partial<TensorBackend>): TensorBackend {
  return new Proxy(inner, {
    get(target, key) {
      const own = Reflect.get(replaced, key) ?? Reflect.get(target, key, target);
      return typeof own === 'function' ? own.bind(target) : own;
    },
  });
}
