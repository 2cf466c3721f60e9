import { type Blob, DataType, type Op } from '@mnnquant/mnn-format';
import type { Counted, InspectedParameters, StorageCount } from './inspection.ts';
import { storedWeights } from './stored-weights.ts';

/** Numbers that an op holds. */
interface Stored extends StorageCount {
  readonly role: 'parameter' | 'scales' | 'constant';
}

/**
 * Everything that an op holds of numbers: weights, biases, slopes, statistics of BatchNorm, contents of Const ops.
 * Sizes of windows, axes and the like are no such numbers.
 */
export function storedNumbers(op: Op): Stored[] {
  const weights = storedWeights(op);
  const found: Stored[] = [];
  if (weights) {
    const { storage, count, bytes, scales } = weights;
    const external = storage.external === true;
    found.push({ role: 'parameter', storage: storage.storage, count, bytes, external });
    if (scales.count > 0) found.push({ role: 'scales', storage: 'float32', ...scales, external });
  }
  return [...found, ...otherNumbers(op)].filter(({ count }) => count > 0);
}

function otherNumbers({ main }: Op): Stored[] {
  switch (main?.type) {
    case 'Convolution2D': {
      const { bias, symmetricQuan, external } = main.value;
      const outside =
        external !== undefined && external.length >= 3 ? Number(external.at(biasPart(main.value))) : 0;
      return [...floats(bias), ...int32s(symmetricQuan?.bias), ...outsideFloats(outside)];
    }
    case 'InnerProduct':
      return floats(main.value.bias);
    case 'Convolution3D': {
      const { weight, bias, external } = main.value;
      return [...floats(weight, bias), ...outsideFloats(sizes(external))];
    }
    case 'MatMul':
      return floats(main.value.weight, main.value.bias);
    case 'Scale': {
      const { scaleData, biasData, external } = main.value;
      return [...floats(scaleData, biasData), ...outsideFloats(sizes(external))];
    }
    case 'BatchNorm': {
      const { slopeData, biasData, meanData, varData } = main.value;
      return floats(slopeData, biasData, meanData, varData);
    }
    case 'PRelu':
      return floats(main.value.slope);
    case 'Normalize':
      return floats(main.value.scale);
    case 'LayerNorm':
    case 'GroupNorm': {
      const { gamma, beta, external } = main.value;
      return [...floats(gamma, beta), ...outsideFloats(sizes(external))];
    }
    case 'LSTM': {
      const { weightI, weightH, bias, weightIQ, weightIA } = main.value;
      return [weightI, weightH, bias, weightIQ, weightIA].flatMap(blob);
    }
    case 'RNNParam':
      return Object.values(main.value).flatMap((value) => (isBlob(value) ? blob(value) : []));
    case 'Blob':
      return blob(main.value);
    default:
      return [];
  }
}

/** Where `external` has the size of the bias: behind that of the weights, and that of their scales. */
function biasPart({ quanParameter }: { readonly quanParameter?: { readonly type: number } }): number {
  const EXTERNAL_FLOAT = 8;
  return quanParameter === undefined || quanParameter.type === EXTERNAL_FLOAT ? 2 : 3;
}

function isBlob(value: unknown): value is Blob {
  return typeof value === 'object' && value !== null && 'dataType' in value;
}

function sizes(external: BigInt64Array | undefined): number {
  return external === undefined ? 0 : Array.from(external.subarray(1), Number).reduce((sum, n) => sum + n, 0);
}

function floats(...vectors: readonly (Float32Array | undefined)[]): Stored[] {
  const count = vectors.reduce((sum, vector) => sum + (vector?.length ?? 0), 0);
  return [{ role: 'parameter', storage: 'float32', count, bytes: 4 * count, external: false }];
}

function int32s(vector: Int32Array | undefined): Stored[] {
  const count = vector?.length ?? 0;
  return [{ role: 'parameter', storage: 'int32', count, bytes: 4 * count, external: false }];
}

function outsideFloats(bytes: number): Stored[] {
  return [
    { role: 'parameter', storage: 'float32', count: bytes / 4 || 0, bytes: bytes || 0, external: true },
  ];
}

/** Bytes of a number, and whether it is a floating-point one. */
const KINDS: Readonly<Record<number, readonly [storage: string, bytes: number, role: Stored['role']]>> = {
  [DataType.DT_FLOAT]: ['float32', 4, 'parameter'],
  [DataType.DT_HALF]: ['float16', 2, 'parameter'],
  [DataType.DT_BFLOAT16]: ['bfloat16', 2, 'parameter'],
  [DataType.DT_INT8]: ['int8', 1, 'constant'],
  [DataType.DT_UINT8]: ['uint8', 1, 'constant'],
  [DataType.DT_INT32]: ['int32', 4, 'constant'],
  [DataType.DT_INT64]: ['int64', 8, 'constant'],
};

function blob(value: Blob | undefined): Stored[] {
  if (value === undefined) return [];
  const { float32s, int8s, uint8s, int32s: ints, int64s, external, dataType } = value;
  const [storage, size, role] = KINDS[dataType] ?? ['other', 1, 'constant' as const];
  const inside = [float32s, int8s, uint8s, ints, int64s].reduce((sum, v) => sum + (v?.byteLength ?? 0), 0);
  const outside = sizes(external);
  const bytes = inside || outside;
  return [{ role, storage, count: Math.floor(bytes / size), bytes, external: inside === 0 && outside > 0 }];
}

/** What all ops hold together. */
export function allParameters(ops: readonly Op[]): InspectedParameters {
  const rows = new Map<string, { storage: string; external: boolean; count: number; bytes: number }>();
  const sums = {
    parameter: { count: 0, bytes: 0 },
    scales: { count: 0, bytes: 0 },
    constant: { count: 0, bytes: 0 },
  };
  for (const { role, storage, count, bytes, external } of ops.flatMap(storedNumbers)) {
    sums[role].count += count;
    sums[role].bytes += bytes;
    if (role !== 'parameter') continue;
    const key = `${storage} ${external}`;
    const row = rows.get(key) ?? { storage, external, count: 0, bytes: 0 };
    rows.set(key, { ...row, count: row.count + count, bytes: row.bytes + bytes });
  }
  const byStorage = [...rows.values()].sort((a, b) => b.bytes - a.bytes);
  return { ...sums.parameter, byStorage, scales: sums.scales, constants: sums.constant };
}

/** The parameters of one op. */
export function parametersOf(op: Op): Counted {
  const own = storedNumbers(op).filter(({ role }) => role === 'parameter');
  return {
    count: own.reduce((sum, { count }) => sum + count, 0),
    bytes: own.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
