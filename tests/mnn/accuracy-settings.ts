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

/** One row of the table each, in this order. Whoever adds a method or a correction adds its rows here. */
export const SETTINGS: readonly Setting[] = [
  ...FEATURES,
  { title: 'EMA', keys: { feature_quantize_method: 'EMA', batch_size: 8 } },
].flatMap(({ title, keys }) =>
  ['MAX_ABS', 'MSE'].map((weight_quantize_method) => ({
    title: `${title}; weights ${weight_quantize_method}`,
    keys: { ...keys, weight_quantize_method },
  })),
);
