export type { EmaForward } from './calibrate-ema.ts';
export { calibrateEma } from './calibrate-ema.ts';
export type { BatchTensor } from './forward.ts';
