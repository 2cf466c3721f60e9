import { quantizeAdmm } from './admm.ts';
import { quantizeMaxAbs } from './max-abs.ts';
import { quantizeMse } from './mse.ts';
import type { WeightQuantizer } from './weight-quantizer.ts';

/** `weight_quantize_method` to its quantizer, for those that look at the weights alone. A new method is one file and one row. */
export const weightQuantizers = {
  MAX_ABS: quantizeMaxAbs,
  ADMM: quantizeAdmm,
  MSE: quantizeMse,
} satisfies Record<string, WeightQuantizer>;

/** `GPTQ` looks at the samples, too: see `learnWeights`. */
export type WeightMethod = keyof typeof weightQuantizers | 'GPTQ';
