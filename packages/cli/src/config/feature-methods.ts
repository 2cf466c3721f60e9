/** How scales of activations can be found; apart from the schema, which takes long to load. */
export const FEATURE_METHODS = ['KL', 'ADMM', 'EMA', 'MSE', 'PERCENTILE', 'MAX', 'AUTO'] as const;
