export { decodeWinogradAttribute, encodeWinogradAttribute, type WinogradUnit } from './attribute.ts';
export { chooseWinograd, type WinogradChoice } from './choose.ts';
export { type WinogradLayer, winogradLayers } from './layers.ts';
export { winogradMatrices } from './matrices.ts';
export { WinogradObserver } from './observer.ts';
export type { WinogradTile } from './unit.ts';
export { WinogradError } from './winograd-error.ts';
