import type { TensorData } from '@mnnquant/graph';
import type { WasmMemory } from './memory/wasm-memory.ts';
import type { CpuTensor } from './tensor.ts';

/** The tensor's elements in place. Valid until the memory grows: use at once, do not keep. */
export function viewOf({ memory }: WasmMemory, { dtype, address, count }: CpuTensor): TensorData {
  switch (dtype) {
    case 'float32':
      return new Float32Array(memory.buffer, address, count);
    case 'int32':
      return new Int32Array(memory.buffer, address, count);
    case 'int8':
      return new Int8Array(memory.buffer, address, count);
    case 'uint8':
      return new Uint8Array(memory.buffer, address, count);
  }
}
