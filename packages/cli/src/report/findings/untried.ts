import { isSearched, missingSettings, SEARCH_COMMAND } from '../../config/recommended.ts';
import { chosenTrial } from '../auto-trials.ts';
import type { Report } from '../schema.ts';

/** The config, with what a search put into it. */
export function usedSettings({ auto, reproduce: { config } }: Report): Report['reproduce']['config'] {
  return { ...config, ...(auto && chosenTrial(auto)?.settings) };
}

/**
 * What the run did not use of the settings that are best nearly everywhere, and the command that searches: what stands behind
 * `try`. Of a run that searched already, what helps a search.
 */
export function otherSettings({ auto, reproduce: { config } }: Report): string {
  if (auto !== undefined || isSearched(config))
    return `${SEARCH_COMMAND} with more samples or a longer --time`;
  const missing = missingSettings(config);
  if (missing === '') return `${SEARCH_COMMAND}, which tries settings and frees single layers`;
  return `${missing} (ahead or near the best on every network of docs/accuracy.md), or ${SEARCH_COMMAND}, which tries settings`;
}

/** What can round weights better: the methods that the run did not use, more bits where there are any; skipping always. */
export function weightRemedies(report: Report, bits: number, skip: string): string {
  const methods = weightMethods(usedSettings(report)).map((method) => `"${method}"`);
  const remedies = [
    ...(bits < 8 ? ['more quant_bits'] : []),
    ...(methods.length > 0 ? [`weight_quantize_method ${methods.join(' or ')}`] : []),
  ];
  return remedies.length === 0 ? skip : `${remedies.join(', ')}, or ${skip}`;
}

/** Those with less error than the run's, the best first: GPTQ looks at what a layer computes, MSE is never above ADMM. */
function weightMethods(config: Report['reproduce']['config']): string[] {
  const { weight_quantize_method: used, feature_quantize_method: features, bn } = config;
  if (used === 'GPTQ') return [];
  // Statistics that move change the weights after they were learned.
  const moves = features === 'EMA' && bn === 'train';
  return [...(moves ? [] : ['GPTQ']), ...(used === 'MSE' ? [] : ['MSE'])];
}
