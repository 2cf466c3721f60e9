import type { DeviceTensor, DType, Layout, TensorDesc, TensorList } from '@mnnquant/graph';

/** Bytes per element. */
export const ELEMENT_BYTES = { float32: 4, int32: 4, int8: 1, uint8: 1 } as const satisfies Record<
  DType,
  number
>;

/** A tensor in the backend's memory, stored without gaps in the order of its shape. */
export class CpuTensor implements DeviceTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly layout: Layout;
  readonly list: TensorList | undefined;
  /** Byte address; 0 once the tensor is freed. */
  address: number;
  readonly count: number;

  constructor(desc: TensorDesc, address: number, count: number) {
    this.shape = desc.shape;
    this.dtype = desc.dtype;
    this.layout = desc.layout;
    this.list = desc.list;
    this.address = address;
    this.count = count;
  }
}

/** The tensor as ours, alive. Throws for a tensor of another backend and for a freed one. */
export function live(tensor: DeviceTensor | undefined): CpuTensor {
  if (!(tensor instanceof CpuTensor)) {
    throw new TypeError(
      'tensor-cpu: expected a tensor allocated by this backend, got one of another backend',
    );
  }
  if (tensor.address === 0) {
    throw new Error(`tensor-cpu: tensor [${tensor.shape.join(', ')}] was freed and cannot be used any more`);
  }
  return tensor;
}

/** The tensor as ours, alive and float32. `what` says what needs it, for the message. */
export function liveFloat(tensor: DeviceTensor | undefined, what: string): CpuTensor {
  const own = live(tensor);
  if (own.dtype !== 'float32') {
    throw new TypeError(
      `tensor-cpu: ${what} needs a float32 tensor, got ${own.dtype} [${own.shape.join(', ')}]`,
    );
  }
  return own;
}
