import { DataType, OpType, ScaleStorageType } from '../generated/enums.ts';
import type { Blob, Convolution2D, LayerNorm, Net, Op, OpParameter, Scale } from '../generated/tables.ts';
import type { TypedArray } from '../scalars.ts';
import { EXTERNAL_FLOAT } from './parts.ts';

/** A model and the content of the weight file beside it. */
export interface ExternalizedModel {
  readonly net: Net;
  readonly bytes: Uint8Array;
}

/** Smaller constants stay inside: shape arithmetic reads them while the model is loaded. */
const LARGEST_INNER_BLOB = 1024;

const BLOB_FIELDS: Readonly<Record<number, 'float32s' | 'int32s' | 'int8s' | 'uint8s'>> = {
  [DataType.DT_FLOAT]: 'float32s',
  [DataType.DT_INT32]: 'int32s',
  [DataType.DT_INT8]: 'int8s',
  [DataType.DT_UINT8]: 'uint8s',
  [DataType.DT_BFLOAT16]: 'uint8s',
};

/**
 * Moves weights to a file of their own, `<model>.weight`: those that MNN's converter moves (3.6.1
 * RemoveParams.cpp) and that its runtime can read from there (OpCommonUtils.cpp). Inside stay
 * - convolutions without a bias, as the runtime takes the size of one for granted,
 * - float convolutions of a model whose tensors have scales: without weights inside the runtime takes
 *   them for int8 ones and crashes (`_supportQuant` in CPUBackend.cpp).
 *
 * `inlineExternalWeights(net, bytes)` gives the model back.
 *
 * @param net a model with all weights inside; what is external already stays where it is
 */
export function externalizeWeights(net: Net): ExternalizedModel {
  const file = new WeightFile();
  const withScales = hasScales(net);
  const move = (ops: readonly Op[] | undefined) =>
    ops?.map((op) => (withScales && mustStay(op) ? op : externalizeOp(op, file)));
  const oplists = move(net.oplists);
  const subgraphs = net.subgraphs?.map((graph) => ({ ...graph, nodes: move(graph.nodes) }));
  return { net: { ...net, oplists, subgraphs }, bytes: file.finish() };
}

function hasScales({ extraTensorDescribe = [], subgraphs = [] }: Net): boolean {
  const lists = [extraTensorDescribe, ...subgraphs.map((graph) => graph.extraTensorDescribe ?? [])];
  return lists.some((list) => list.some(({ quantInfo }) => quantInfo !== undefined));
}

/** A convolution that a runtime with scales would take for an int8 one. */
function mustStay({ type, main }: Op): boolean {
  const convolution = type === OpType.Convolution || type === OpType.ConvolutionDepthwise;
  return convolution && main?.type === 'Convolution2D' && main.value.weight !== undefined;
}

class WeightFile {
  readonly #parts: TypedArray[] = [];
  #length = 0;

  /** Appends arrays, one after the other; returns what `external` is to say. */
  add(parts: readonly (TypedArray | undefined)[]): BigInt64Array {
    const external = [this.#length, ...parts.map((part) => part?.byteLength ?? 0)];
    for (const part of parts) {
      if (part === undefined) continue;
      this.#parts.push(part);
      this.#length += part.byteLength;
    }
    return BigInt64Array.from(external, BigInt);
  }

  finish(): Uint8Array {
    const bytes = new Uint8Array(this.#length);
    let at = 0;
    for (const { buffer, byteOffset, byteLength } of this.#parts) {
      bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
      at += byteLength;
    }
    return bytes;
  }
}

function externalizeOp(op: Op, file: WeightFile): Op {
  const { main } = op;
  if (main === undefined || op.externalPath || isExternal(main)) return op;
  const value = externalizeTable(op, main, file);
  return value === undefined ? op : { ...op, main: { type: main.type, value } as OpParameter };
}

function isExternal({ value }: OpParameter): boolean {
  return ((value as { external?: BigInt64Array }).external?.length ?? 0) > 1;
}

/** The table without its weights; `undefined` to leave it as it is. */
function externalizeTable(op: Op, main: OpParameter, file: WeightFile): OpParameter['value'] | undefined {
  switch (main.type) {
    case 'Convolution2D':
      return (op.inputIndexes?.length ?? 0) > 1 ? undefined : externalizeConvolution(main.value, file);
    case 'Scale':
      return externalizeScale(main.value, file);
    case 'LayerNorm':
      return externalizeNorm(main.value, file);
    case 'Blob':
      return externalizeBlob(main.value, file);
    default:
      return undefined;
  }
}

function externalizeConvolution(conv: Convolution2D, file: WeightFile): Convolution2D | undefined {
  const { quanParameter: quan, weight, bias } = conv;
  if (!bias?.length) return undefined;
  if (quan === undefined) {
    if (!weight?.length) return undefined;
    return { ...conv, weight: undefined, bias: undefined, external: file.add([weight, bias]) };
  }
  const half = quan.scaleStorage === ScaleStorageType.FP16;
  const alpha = half ? quan.alphaFp16 : quan.alpha;
  if (!quan.buffer?.length || quan.type === EXTERNAL_FLOAT || weight !== undefined) return undefined;
  if (alpha?.length === 0 || quan.index?.length === 0) return undefined;
  const quanParameter = {
    ...quan,
    buffer: undefined,
    ...(half ? { alphaFp16: undefined } : { alpha: undefined }),
    index: undefined,
  };
  const external = file.add([quan.buffer, alpha, bias, quan.index]);
  return { ...conv, quanParameter, bias: undefined, external };
}

function externalizeScale(scale: Scale, file: WeightFile): Scale | undefined {
  const { scaleData, biasData } = scale;
  if (!scaleData?.length || biasData?.length === 0) return undefined;
  const external = file.add(biasData ? [scaleData, biasData] : [scaleData]);
  return { ...scale, scaleData: undefined, biasData: undefined, external };
}

function externalizeNorm(norm: LayerNorm, file: WeightFile): LayerNorm | undefined {
  const { gamma, beta } = norm;
  if (!gamma?.length || gamma.length !== beta?.length) return undefined;
  return { ...norm, gamma: undefined, beta: undefined, external: file.add([gamma, beta]) };
}

function externalizeBlob(blob: Blob, file: WeightFile): Blob | undefined {
  const field = BLOB_FIELDS[blob.dataType];
  const data = field && blob[field];
  const elements = Array.from(blob.dims ?? []).reduce((product, extent) => product * extent, 1);
  if (!data?.length || elements <= LARGEST_INNER_BLOB) return undefined;
  return { ...blob, [field]: undefined, external: file.add([data]) };
}
