import type { QuantParams } from '@mnnquant/graph';

/** Values x with x <= low or x >= high are counted. */
export interface Ends {
  readonly low: number;
  readonly high: number;
}

/**
 * From where values round to an end of the int8 range or beyond it, as MNN counts overflow
 * (tools/quantization/TensorStatistic.cpp `fakeQuantFeature`, 3.6.1).
 *
 * MNN only knows symmetric ranges. Where an end stands for zero, as behind a ReLU in an asymmetric
 * range, values round to it without being too large: there only what lies beyond counts.
 */
export function overflowEnds({ scale, zeroPoint, min, max }: QuantParams): Ends {
  return {
    low: (min - zeroPoint + (min < zeroPoint ? 0.5 : -0.5)) * scale,
    high: (max - zeroPoint + (max > zeroPoint ? -0.5 : 0.5)) * scale,
  };
}

/** From where values round to levels that the int8 range does not have. */
export function clippingEnds({ scale, zeroPoint, min, max }: QuantParams): Ends {
  return { low: (min - zeroPoint - 0.5) * scale, high: (max - zeroPoint + 0.5) * scale };
}
