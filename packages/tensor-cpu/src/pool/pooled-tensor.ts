import type { DeviceTensor, DType, Layout, TensorDesc, TensorList } from '@mnnquant/graph';
import type { Lane } from './lane.ts';

/** A tensor in one worker, or the same in all of them. */
export class PooledTensor implements DeviceTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: Layout;
  readonly list: TensorList | undefined;
  readonly id: number;
  readonly lanes: readonly Lane[];
  freed = false;

  constructor(desc: TensorDesc, id: number, lanes: readonly Lane[]) {
    this.shape = desc.shape;
    this.dtype = desc.dtype;
    this.layout = desc.layout;
    this.list = desc.list;
    this.id = id;
    this.lanes = lanes;
  }
}

/** The tensor as ours, alive. Throws for a tensor of another backend and for a freed one. */
export function pooled(tensor: DeviceTensor): PooledTensor {
  if (!(tensor instanceof PooledTensor))
    throw new TypeError(
      'tensor-cpu: expected a tensor allocated by this backend, got one of another backend',
    );
  if (tensor.freed)
    throw new Error(`tensor-cpu: tensor [${tensor.shape.join(', ')}] was freed and cannot be used any more`);
  return tensor;
}
