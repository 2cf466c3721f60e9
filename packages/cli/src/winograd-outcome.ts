import type { WinogradLayer, WinogradResult } from '@mnnquant/calibrate';

/** What `winogradOpt` did; part of the outcome only with EMA. */
export interface WinogradOutcome {
  /** Names of the layers that were given Winograd attributes. */
  readonly layers: readonly string[];
  /** Names of those to which MNN's own tool gives them and this one does not. */
  readonly left: readonly string[];
}

export function winogradOutcome({ possible, chosen }: WinogradResult): WinogradOutcome {
  const given = new Set(chosen.map(({ index }) => index));
  const names = (layers: readonly WinogradLayer[]): string[] => layers.map(({ name }) => name);
  return { layers: names(chosen), left: names(possible.filter(({ index }) => !given.has(index))) };
}

/** One line for a person; none where no layer could have had attributes. */
export function winogradLines(outcome: WinogradOutcome | undefined): string[] {
  if (outcome === undefined) return [];
  const { layers, left } = outcome;
  if (layers.length + left.length === 0) return [];
  const given = `Winograd    ${layers.length} ${layers.length === 1 ? 'convolution' : 'convolutions'} given its attributes`;
  if (left.length === 0) return [given];
  return [
    `${given}; ${left.length} more could have them, but would gain too little or lose too much exactness`,
  ];
}
