import { type Convolution2D, type IDSTQuan, type Op, OpType, ScaleStorageType } from '@mnnquant/mnn-format';
import type { WeightStorage } from './inspection.ts';

/** Weights of a layer: how they are stored, how many there are, and what they and their scales take. */
export interface StoredWeights {
  readonly storage: WeightStorage;
  readonly count: number;
  readonly bytes: number;
  readonly scales: { readonly count: number; readonly bytes: number };
}

/** `IDSTQuan.type`, as MNN 3.6.1 ConvolutionCommon.cpp reads it. */
const CODING = { TABLE: 1, SPARSE: 2, HALF: 3, RAW_INT8: 4, EXTERNAL_FLOAT: 8 } as const;
const NO_SCALES = { count: 0, bytes: 0 };

/** The weights of a convolution or an inner product; none where they are an input, or another op. */
export function storedWeights(op: Op): StoredWeights | undefined {
  const { main } = op;
  if (main?.type === 'InnerProduct') {
    const { weight, quanParameter, outputCount } = main.value;
    return quanParameter?.buffer ? coded(quanParameter, outputCount, 0) : floats(weight);
  }
  if (main?.type !== 'Convolution2D') return undefined;
  const conv = main.value;
  const channels = conv.common?.outputCount ?? 0;
  if (conv.symmetricQuan?.weight) return legacy(conv, channels);
  const external = externalWeights(op, conv);
  if (external) return external;
  const quan = conv.quanParameter;
  if (quan?.index || quan?.buffer) return coded(quan, channels, weightCount(op));
  return floats(conv.weight);
}

/** Weights that the sizes of a convolution ask for; 0 where the file does not say its input channels. */
export function weightCount({ main, type }: Op, depthwise = isDepthwise(type)): number {
  if (main?.type !== 'Convolution2D' || main.value.common === undefined) return 0;
  const { kernelX, kernelY, outputCount, inputCount, group } = main.value.common;
  const perGroup = depthwise ? 1 : inputCount / Math.max(1, group);
  return kernelX * kernelY * outputCount * perGroup;
}

function isDepthwise(type: number): boolean {
  return DEPTHWISE.has(type);
}

function floats(weight: Float32Array | undefined): StoredWeights | undefined {
  if (weight === undefined || weight.length === 0) return undefined;
  const storage = { storage: 'float32', bits: 32 };
  return { storage, count: weight.length, bytes: weight.byteLength, scales: NO_SCALES };
}

/** ConvInt8 of the tools before MNN 1.1.5. */
function legacy({ symmetricQuan }: Convolution2D, channels: number): StoredWeights {
  const { weight, scale } = symmetricQuan!;
  const per = scale !== undefined && scale.length === channels ? 'channel' : 'tensor';
  return {
    storage: { storage: 'int8', bits: 8, scheme: 'symmetric', per },
    count: weight!.length,
    bytes: weight!.byteLength,
    scales: { count: scale?.length ?? 0, bytes: scale?.byteLength ?? 0 },
  };
}

/** Of weights in a file beside the model: how many bits a weight has follows from the sizes. */
function externalWeights(op: Op, { external, quanParameter, common }: Convolution2D) {
  if (external === undefined || external.length < 2) return undefined;
  const [, bytes, scaleBytes = 0] = Array.from(external, Number);
  const floating = quanParameter === undefined || quanParameter.type === CODING.EXTERNAL_FLOAT;
  if (floating) {
    const storage = { storage: 'float32', bits: 32, external: true } as const;
    return { storage, count: bytes / 4, bytes, scales: NO_SCALES };
  }
  const count = weightCount(op);
  const half = quanParameter.type === CODING.HALF;
  const { bits, levels } = half ? HALF : bitsOf(bytes, count, quanParameter);
  const scaleSize = quanParameter.scaleStorage === ScaleStorageType.FP16 ? 2 : 4;
  const groups = scaleBytes / (quanParameter.readType === 0 ? scaleSize : 2 * scaleSize);
  const scheme = half ? {} : schemeOf(quanParameter, groups, common?.outputCount ?? 0, count);
  const storage = { storage: half ? 'float16' : `int${bits}`, bits, ...levels, ...scheme } as const;
  const scales = { count: groups, bytes: scaleBytes };
  return { storage: { ...storage, external: true as const }, count: count || bytes, bytes, scales };
}

const HALF = { bits: 16, levels: {} };

/** Bits of a weight, by the size of what is stored: extents, a table of all or all but one value, and the indices. */
function bitsOf(
  bytes: number,
  count: number,
  { type, shapeInt32 }: IDSTQuan,
): { bits: number; levels: { levels?: number } } {
  const head = 1 + 2 * (shapeInt32 ? 4 : 2) + 1;
  for (let bits = 1; bits <= 8 && type === CODING.TABLE; bits++)
    for (const levels of [2 ** bits, 2 ** bits - 1])
      if (bytes === head + levels + Math.ceil((bits * count) / 8))
        return { bits, levels: levels < 2 ** bits ? { levels } : {} };
  return { bits: 8, levels: {} };
}

function coded(quan: IDSTQuan, channels: number, expected: number): StoredWeights {
  const scaleNumbers = quan.alphaFp16 ?? quan.alpha;
  const scales = { count: scaleNumbers?.length ?? 0, bytes: scaleNumbers?.byteLength ?? 0 };
  if (quan.index) {
    const storage = { storage: quan.alphaFp16 ? 'float16' : 'float32', bits: quan.alphaFp16 ? 16 : 32 };
    const bytes = quan.index.byteLength + scales.bytes;
    return {
      storage: { ...storage, sparse: true },
      count: quan.weightSize || expected,
      bytes,
      scales: NO_SCALES,
    };
  }
  const bytes = quan.buffer?.byteLength ?? 0;
  if (quan.type === CODING.HALF)
    return {
      storage: { storage: 'float16', bits: 16 },
      count: bytes >> 1,
      bytes,
      scales: NO_SCALES,
    };
  const { count, levels, bits, sparse } = integers(quan);
  // Each scale of shifted weights has the smallest one beside it.
  const groups = quan.readType === 0 ? scales.count : scales.count >> 1;
  return {
    storage: {
      storage: `int${bits}`,
      bits,
      ...(levels < 2 ** bits && { levels }),
      ...schemeOf(quan, groups, channels, count),
      ...(sparse && { sparse }),
    },
    count,
    bytes,
    scales: { ...scales, count: groups },
  };
}

/** What the head of coded integers says; sizes of 16 or 32 bits (MNN 3.6.1 ConvolutionCommon.cpp). */
function integers({ buffer, type, shapeInt32 }: IDSTQuan) {
  const bytes = new Uint8Array(buffer!.buffer, buffer!.byteOffset, buffer!.byteLength);
  if (type === CODING.RAW_INT8) return { count: bytes.length, levels: 256, bits: 8 };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = bytes[0] ?? 0;
  const size = shapeInt32 ? 4 : 2;
  let at = 1 + rank * size;
  if (at + 5 > bytes.length) return { count: 0, levels: 256, bits: 8 };
  let count = 1;
  for (let i = 0; i < rank; i++)
    count *= shapeInt32 ? view.getUint32(1 + 4 * i, true) : view.getUint16(1 + 2 * i, true);
  const sparse = type === CODING.SPARSE;
  if (sparse) at += 5 + Math.ceil((view.getUint32(at, true) * bytes[at + 4]) / 8);
  // A count of 0 stands for 256.
  const levels = bytes[at] || 256;
  return { count, levels, bits: Math.max(1, Math.ceil(Math.log2(levels))), ...(sparse && { sparse }) };
}

function schemeOf(
  { readType }: IDSTQuan,
  groups: number,
  channels: number,
  count: number,
): Pick<WeightStorage, 'scheme' | 'per' | 'blockSize'> {
  const scheme = readType === 0 ? 'symmetric' : 'asymmetric';
  if (groups <= 1) return { scheme, per: 'tensor' };
  if (groups <= channels || channels === 0) return { scheme, per: 'channel' };
  return { scheme, per: 'block', blockSize: count / groups };
}

const DEPTHWISE: ReadonlySet<number> = new Set([
  OpType.ConvolutionDepthwise,
  OpType.DeconvolutionDepthwise,
  OpType.DepthwiseConvInt8,
]);
