import type { DType, Layout } from '@mnnquant/graph';

/** Goes up when a field changes its meaning or goes; new fields do not count. */
export const INSPECTION_VERSION = 1;

/** A tensor as far as it is known. */
export interface InspectedTensor {
  readonly name: string;
  /** Absent where it is not known. */
  readonly shape?: readonly number[];
  readonly dtype?: DType;
  readonly layout?: Layout;
  /** How int8 values stand for its numbers: real = (q - zeroPoint) * scale. */
  readonly scale?: number;
  readonly zeroPoint?: number;
}

export interface InspectedInput {
  readonly name: string;
  readonly dtype: DType;
  readonly layout: Layout;
  /** As the file declares it: -1 for an extent that it leaves open, nothing where it says no shape at all. */
  readonly declared: readonly number[];
  /** The shape that everything else was found for; absent where it was not given. */
  readonly shape?: readonly number[];
}

/** How a layer's weights are stored. */
export interface WeightStorage {
  /** `float32`, `float16`, `int8`, `int4`, … */
  readonly storage: string;
  readonly bits: number;
  /** Different values that a weight can have, where they are fewer than bits allow. */
  readonly levels?: number;
  readonly scheme?: 'symmetric' | 'asymmetric';
  /** What shares a scale. */
  readonly per?: 'tensor' | 'channel' | 'block';
  /** Weights in a block. */
  readonly blockSize?: number;
  /** Only weights that are not zero are stored. */
  readonly sparse?: true;
  /** In the weight file. */
  readonly external?: true;
}

export interface Counted {
  /** Numbers. */
  readonly count: number;
  /** What they take in the file, or in the weight file. */
  readonly bytes: number;
}

export interface InspectedOp {
  /** Position among the ops of its graph. */
  readonly index: number;
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly InspectedTensor[];
  /** Absent where shapes are not known. */
  readonly multiplyAdds?: number;
  readonly parameters: number;
  readonly parameterBytes: number;
  readonly weights?: WeightStorage;
  /** How MNN's CPU runtime runs it; absent in a model without scales. */
  readonly runs?: 'int8' | 'float';
  /** Why it runs in float. */
  readonly reason?: string;
  /** Names of the subgraphs that it runs. */
  readonly subgraphs?: readonly string[];
}

export interface TypeCount {
  readonly type: string;
  readonly count: number;
}

export interface StorageCount extends Counted {
  readonly storage: string;
  readonly external: boolean;
}

export interface InspectedParameters extends Counted {
  /** Weights, biases and other floating-point numbers of the file, by how they are stored. */
  readonly byStorage: readonly StorageCount[];
  /** Scales of weights: needed to read them, and no parameters. */
  readonly scales: Counted;
  /** Whole numbers in Const ops: shapes, indices. */
  readonly constants: Counted;
}

/** What running the network takes, for the shapes of `inputs`. */
export interface InspectedWork {
  /** Of convolutions, deconvolutions and products of matrices. */
  readonly multiplyAdds: number;
  /** Ops whose products are not counted. */
  readonly uncounted: readonly TypeCount[];
  /** Bytes of activations alive at once at the worst op, as floats, one sample. */
  readonly activationBytes: number;
  /** Whether some ops are left out: no shapes are known there. */
  readonly partial: boolean;
}

export interface Share {
  readonly int8: number;
  readonly total: number;
}

export interface InspectedQuantization {
  /** `legacy`: with ConvInt8 ops, as tools before MNN 1.1.5 wrote them. */
  readonly kind: 'none' | 'weights' | 'activations' | 'legacy';
  readonly tensorsWithScale: number;
  /** Tensors whose zero point is not 0. */
  readonly zeroPoints: number;
  /** Smallest and largest quantized activations of the tensors, each pair once. */
  readonly clamps: readonly (readonly [min: number, max: number])[];
  /** Layers by how their weights are stored. */
  readonly weights: readonly (WeightStorage & { readonly layers: number })[];
  /** Convolutions that MNN will run in int8; absent where that cannot be said. */
  readonly convolutions?: Share;
  readonly multiplyAdds?: Share;
  /** Conversions between float and int8 that MNN inserts. */
  readonly casts?: number;
  /** Convolutions with Winograd attributes. */
  readonly winograd: number;
  /** What the file gives away about the method, in sentences. */
  readonly hints: readonly string[];
}

export interface InspectedMetadata {
  readonly mnnVersion?: string;
  readonly uuid?: string;
  readonly bizCode?: string;
  /** Of the framework that the model came from; the number where it is not known. */
  readonly source: string;
  readonly usage: string;
  readonly extraInfo?: { readonly name?: string; readonly bytes: number };
  /** Saved for the declared input sizes only. */
  readonly fixedSize: boolean;
  /** Has ops that only training needs, or says so. */
  readonly training: boolean;
}

export interface InspectedSubgraph {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly ops: readonly InspectedOp[];
}

/** Everything that can be said about a model without running it. */
export interface Inspection {
  readonly version: typeof INSPECTION_VERSION;
  readonly inputs: readonly InspectedInput[];
  readonly outputs: readonly InspectedTensor[];
  /** In all graphs together. */
  readonly opTypes: readonly TypeCount[];
  readonly parameters: InspectedParameters;
  /** Absent where a shape is missing. */
  readonly work?: InspectedWork;
  readonly quantization: InspectedQuantization;
  readonly metadata: InspectedMetadata;
  /** In the order of the file. */
  readonly ops: readonly InspectedOp[];
  readonly subgraphs: readonly InspectedSubgraph[];
  /** What could not be found out, and what would help. */
  readonly notes: readonly string[];
}
