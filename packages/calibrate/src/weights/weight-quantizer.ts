/** Float weights of one convolution, one row per output channel. */
export interface WeightMatrix {
  /** [C, A] row-major: [output][input/group][kernel height][kernel width]. */
  readonly data: Float32Array;
  /** C, number of output channels. */
  readonly channels: number;
  /** The layer, for messages. */
  readonly name: string;
}

export interface WeightQuantizeOptions {
  /** Largest quantized magnitude: `weight_clamp_value`, at most 2^(quant_bits - 1) - 1. */
  readonly clamp: number;
  /**
   * Smallest scale to hand out. MNN's depthwise kernel computes with 1e-6 where the file says less
   * (CPUConvolution.cpp, 3.6.1), so depthwise layers need `DEPTHWISE_SMALLEST_SCALE` here.
   */
  readonly smallestScale?: number;
}

/** w ≈ quantized * scale of its channel. */
export interface QuantizedWeights {
  /** [C, A], within ±clamp. */
  readonly quantized: Int8Array;
  /** [C] positive, finite. */
  readonly scales: Float32Array;
  /** Bits per weight in the file, 2 to 8 (the default); ±(2^(bits - 1) - 1) has to hold every weight. */
  readonly bits?: number;
  /** [C] the bias that goes with these weights, in place of the float layer's. */
  readonly bias?: Float32Array;
  /** `symmetricQuan.winogradAttr` to write beside them; see `WinogradObserver`. */
  readonly winogradAttr?: Int32Array;
}

/** One `weight_quantize_method`. */
export type WeightQuantizer = (weights: WeightMatrix, options: WeightQuantizeOptions) => QuantizedWeights;

/** Weights or options from which no quantized weights can be made; the message says where and what. */
export class WeightError extends Error {
  override name = 'WeightError';
}
