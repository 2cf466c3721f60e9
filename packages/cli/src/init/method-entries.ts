import { isSearched, missingSettings, RECOMMENDED, SEARCH_COMMAND } from '../config/recommended.ts';
import type { Answers } from './answers.ts';
import type { Entry } from './config-text.ts';

/** The keys that say how scales and weights are found. */
export function methodEntries({ method }: Answers): Entry[] {
  if (isSearched({ feature_quantize_method: method }))
    return [
      {
        key: 'feature_quantize_method',
        value: method,
        comments: [
          `Settings are tried and the best of them taken, in many runs over the samples. ${SEARCH_COMMAND} does it with a target, such as --target cosine=0.995.`,
        ],
      },
    ];
  const isRecommended = method === RECOMMENDED.feature_quantize_method;
  return [
    { key: 'feature_quantize_method', value: method, comments: [isRecommended ? TOGETHER : OTHERS] },
    ...(isRecommended ? togetherEntries() : []),
    {
      key: 'weight_quantize_method',
      value: 'MAX_ABS',
      comments: [
        'GPTQ learns from the samples how to round, which takes longer; with quant_bits below 8 it, MSE and ADMM are better.',
      ],
    },
  ];
}

const SEARCH = `${SEARCH_COMMAND} SRC.mnn DST.mnn CONFIG tries settings.`;

const TOGETHER = `This and the three keys below are ahead or near the best on every network measured (docs/accuracy.md); ${SEARCH}`;

const OTHERS = `Ahead or near the best on every network measured (docs/accuracy.md), but not known to MNN's own tool: ${missingSettings({})}. ${SEARCH}`;

/** What goes with the method. */
function togetherEntries(): Entry[] {
  return Object.entries(MEANINGS).map(([key, meaning]) => ({
    key,
    value: RECOMMENDED[key as keyof typeof MEANINGS],
    comments: [meaning],
  }));
}

const MEANINGS: Readonly<Record<Exclude<keyof typeof RECOMMENDED, 'feature_quantize_method'>, string>> = {
  feature_asymmetric: 'Ranges that reach farther on one side of 0, as behind a ReLU, have twice the levels.',
  equalize: 'Channels between two convolutions get more equal ranges before calibration; the function stays.',
  bias_correction: 'Biases are moved so that the mean of every channel is that of the float network.',
};
