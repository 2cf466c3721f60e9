import { type Blob, DataType } from '@mnnquant/mnn-format';
import { dtypeOf, layoutOf } from './format.ts';
import { scaleByPowerOfTwo } from './math/power-of-two.ts';
import { GraphError } from './op.ts';
import { elementCount, type HostTensor, type TensorData } from './tensor.ts';

/** Reads a Const op's blob; the data is a view of the file where no conversion is needed. */
export function constantTensor(blob: Blob, where: string): HostTensor {
  const shape = Array.from(blob.dims ?? []);
  const dtype = dtypeOf(blob.dataType, where);
  const data = blobData(blob, where);
  const count = elementCount(shape);
  if (data.length !== count) {
    throw new GraphError(`${where}: expected ${count} elements for shape [${shape}], got ${data.length}`);
  }
  return { shape, dtype, layout: layoutOf(blob.dataFormat, where), data };
}

function blobData(blob: Blob, where: string): TensorData {
  if (blob.external !== undefined && blob.external.length > 0) {
    throw new GraphError(`${where}: its values are in an external weight file; inline them first`);
  }
  switch (blob.dataType) {
    case DataType.DT_FLOAT:
      return blob.float32s ?? new Float32Array();
    case DataType.DT_HALF:
    case DataType.DT_BFLOAT16:
      return widen(
        blob.uint8s ?? new Uint8Array(),
        blob.dataType === DataType.DT_HALF ? halfToFloat : bfloatToFloat,
      );
    case DataType.DT_INT64:
      return Int32Array.from(blob.int64s ?? [], (value) => Number(clampToInt32(value)));
    case DataType.DT_INT8:
    case DataType.DT_QINT8:
      return blob.int8s ?? new Int8Array();
    case DataType.DT_UINT8:
    case DataType.DT_QUINT8:
      return blob.uint8s ?? new Uint8Array();
    default:
      return blob.int32s ?? new Int32Array();
  }
}

/** MNN's int64 constants are cut to int32; "until the end" markers such as 2^63-1 become the largest int32. */
function clampToInt32(value: bigint): bigint {
  if (value > 2147483647n) return 2147483647n;
  if (value < -2147483648n) return -2147483648n;
  return value;
}

function widen(bytes: Uint8Array, convert: (bits: number) => number): Float32Array {
  const floats = new Float32Array(bytes.length >> 1);
  for (let i = 0; i < floats.length; i++) floats[i] = convert(bytes[2 * i] | (bytes[2 * i + 1] << 8));
  return floats;
}

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * scaleByPowerOfTwo(fraction, -24);
  return sign * scaleByPowerOfTwo(1024 + fraction, exponent - 25);
}

function bfloatToFloat(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0];
}
