import type { EmaConfig, WeightConfig } from '@mnnquant/calibrate';
import type { Graph } from '@mnnquant/graph';
import type { Config } from './config/schema.ts';

// As in MNN 3.6.1 (tools/quantization/calibration.hpp).
const DEFAULT_BATCH = 32;

/** How the config wants weights quantized. */
export function weightConfig(config: Config): WeightConfig {
  return {
    weightMethod: config.weight_quantize_method,
    weightClamp: config.weight_clamp_value,
    quantBits: config.quant_bits,
  };
}

/**
 * What EMA needs besides. Without `batch_size` it is the batch that the model declares, or 32 where that
 * is free, as in MNN.
 */
export function emaConfig(config: Config, graph: Graph): EmaConfig {
  const declared = graph.inputs[0]?.desc.shape[0] ?? 0;
  const batchSize = config.batch_size ?? (declared > 0 ? declared : DEFAULT_BATCH);
  return { batchSize, weights: weightConfig(config), winograd: config.winogradOpt };
}
