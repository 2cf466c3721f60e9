export { type EncodedStatistics, encodeStatistics } from './encode.ts';
export type { NumberArray } from './number-array.ts';
export { type FindArray, SavedStatistics } from './saved-statistics.ts';
export type { SavedTensor, StatisticsHeader } from './statistics-header.ts';
export { everyObservation, savedTensors } from './what-to-save.ts';
