import type { BoundKernel, TensorDesc } from '@mnnquant/graph';
import type { KernelContext } from '../../src/context.ts';
import { createContext } from '../../src/create-context.ts';
import { loadKernels } from '../../src/node.ts';
import { CpuTensor } from '../../src/tensor.ts';

export async function makeContext(): Promise<KernelContext> {
  return createContext(await loadKernels(), 2 ** 30);
}

export function desc(shape: readonly number[]): TensorDesc {
  return { shape, dtype: 'float32', layout: 'NC4HW4' };
}

export function place(context: KernelContext, shape: readonly number[], data?: ArrayLike<number>): CpuTensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const tensor = new CpuTensor(desc(shape), context.heap.allocate(count * 4), count);
  if (data !== undefined) context.memory.float32.set(data, tensor.address >>> 2);
  else context.memory.float32.fill(Number.NaN, tensor.address >>> 2, (tensor.address >>> 2) + count);
  return tensor;
}

/** Marks the room behind a tensor, to see that a kernel does not write there. */
const GUARD = 12345.5;

/** Runs a kernel on fresh tensors, frees them and returns a copy of the output. Throws on a write behind it. */
export function runKernel(
  context: KernelContext,
  kernel: BoundKernel,
  inputs: readonly { shape: readonly number[]; data: ArrayLike<number> }[],
  outputShape: readonly number[],
): Float32Array {
  const tensors = inputs.map(({ shape, data }) => place(context, shape, data));
  const output = place(context, outputShape);
  const end = (output.address >>> 2) + output.count;
  context.memory.float32.fill(GUARD, end, end + 16);
  kernel(tensors, [output]);
  const { float32 } = context.memory;
  if (!float32.subarray(end, end + 16).every((v) => v === GUARD))
    throw new Error('the kernel wrote behind y');
  const result = float32.slice(output.address >>> 2, end);
  for (const tensor of [...tensors, output]) context.heap.free(tensor.address);
  return result;
}
