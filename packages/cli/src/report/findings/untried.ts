import type { Report } from '../schema.ts';

/** EMA first: its ranges hold all values, which helps where KL cuts off what counts. */
const FEATURE_METHODS: readonly string[] = ['EMA', 'ADMM', 'KL'];

/** The methods for activations that the run did not use, the likelier first: `feature_quantize_method "EMA" or "ADMM"`. */
export function otherFeatureMethods({ reproduce: { config } }: Report): string {
  const others = FEATURE_METHODS.filter((method) => method !== (config.feature_quantize_method ?? 'KL'));
  return `feature_quantize_method ${others
    .slice(0, 2)
    .map((method) => `"${method}"`)
    .join(' or ')}`;
}

/** What can round weights better: the method that the run did not use, more bits where there are any; skipping always. */
export function weightRemedies({ reproduce: { config } }: Report, bits: number, skip: string): string {
  const method = config.weight_quantize_method === 'ADMM' ? [] : ['weight_quantize_method "ADMM"'];
  const remedies = [...(bits < 8 ? ['more quant_bits'] : []), ...method];
  return remedies.length === 0 ? skip : `${remedies.join(', ')}, or ${skip}`;
}
