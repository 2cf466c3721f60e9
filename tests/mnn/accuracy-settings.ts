/** Settings whose accuracy is measured: keys of the config that take the place of those of MNN's own. */
export interface Setting {
  /** As in the table. */
  readonly title: string;
  readonly keys: Readonly<Record<string, unknown>>;
}

const FEATURES: readonly Setting[] = ['KL', 'MSE', 'PERCENTILE', 'MAX', 'ADMM'].flatMap((method) =>
  [false, true].map((feature_asymmetric) => ({
    title: `${method}${feature_asymmetric ? ', asymmetric' : ''}`,
    keys: { feature_quantize_method: method, feature_asymmetric },
  })),
);

const SCALES: readonly Setting[] = [
  ...FEATURES,
  { title: 'EMA', keys: { feature_quantize_method: 'EMA', batch_size: 8 } },
].flatMap(({ title, keys }) =>
  ['MAX_ABS', 'MSE'].map((weight_quantize_method) => ({
    title: `${title}; weights ${weight_quantize_method}`,
    keys: { ...keys, weight_quantize_method },
  })),
);

/** What changes weights and biases, with the activations' scales that are best on the average of the models. */
const CORRECTED: readonly Setting[] = [
  ['weights GPTQ', { weight_quantize_method: 'GPTQ' }],
  ['weights MAX_ABS, equalized, biases corrected', { equalize: true, bias_correction: true }],
  [
    'weights MSE, equalized, biases corrected',
    { weight_quantize_method: 'MSE', equalize: true, bias_correction: true },
  ],
  ['weights GPTQ, biases corrected', { weight_quantize_method: 'GPTQ', bias_correction: true }],
  [
    'weights GPTQ, equalized, biases corrected',
    { weight_quantize_method: 'GPTQ', equalize: true, bias_correction: true },
  ],
].map(([title, keys]) => ({
  title: `MSE, asymmetric; ${title}`,
  keys: { feature_quantize_method: 'MSE', feature_asymmetric: true, ...(keys as Setting['keys']) },
}));

/** One row of the table each, in this order. Whoever adds a method or a correction adds its rows here. */
export const SETTINGS: readonly Setting[] = [
  ...SCALES,
  ...CORRECTED,
  { title: 'AUTO', keys: { feature_quantize_method: 'AUTO' } },
];
