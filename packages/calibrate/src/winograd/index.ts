export { decodeWinogradAttribute, encodeWinogradAttribute, type WinogradUnit } from './attribute.ts';
export { type WinogradLayer, winogradLayers } from './layers.ts';
export { WinogradObserver } from './observer.ts';
export { WinogradError } from './winograd-error.ts';
