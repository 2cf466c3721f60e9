export { type LearnedWeights, type LearnJob, learnWeights } from './learn-weights.ts';
export type { LearnedLayer } from './round-layer.ts';
