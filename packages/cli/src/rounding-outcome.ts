import type { LearnedLayer } from '@mnnquant/calibrate';

/** What was gained by learning how to round weights. */
export interface RoundingOutcome {
  readonly layers: readonly RoundedLayer[];
  /** Mean over the layers of how many dB the error of what a layer computes went down; 0 where there was none. */
  readonly gain: number;
  /** Places of convolutions that were not learned from, as some value there is not finite; absent where there is none. */
  readonly leftOut?: number;
}

/** SNR in dB of what a layer computes of float inputs, with whole weights; absent where there is no error. */
export interface RoundedLayer {
  readonly op: string;
  /** With MAX_ABS. */
  readonly nearest?: number;
  readonly learned?: number;
}

export function roundingOutcome(layers: readonly LearnedLayer[]): RoundingOutcome {
  const gains = layers.flatMap(({ nearest, learned }) =>
    nearest > 0 && learned > 0 ? [decibels(nearest, learned)] : [],
  );
  const gain = gains.length === 0 ? 0 : gains.reduce((sum, one) => sum + one, 0) / gains.length;
  const leftOut = layers.reduce((sum, layer) => sum + layer.leftOut, 0);
  return { layers: layers.map(roundedLayer), gain, ...(leftOut > 0 && { leftOut }) };
}

function roundedLayer({ name, signal, nearest, learned }: LearnedLayer): RoundedLayer {
  return {
    op: name,
    ...(nearest > 0 && { nearest: decibels(signal, nearest) }),
    ...(learned > 0 && { learned: decibels(signal, learned) }),
  };
}

function decibels(large: number, small: number): number {
  return 10 * Math.log10(large / small);
}

/** For the summary of a run. */
export function roundingLines(outcome: RoundingOutcome | undefined): string[] {
  if (outcome === undefined) return [];
  const { layers, gain, leftOut } = outcome;
  return [
    `Rounding    learned for ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}, each ${gain.toFixed(1)} dB nearer to float than with MAX_ABS on the average`,
    ...(leftOut === undefined
      ? []
      : [
          `            ${leftOut} ${leftOut === 1 ? 'window holds a value that is' : 'windows hold values that are'} not finite and ${leftOut === 1 ? 'was' : 'were'} left out`,
        ]),
  ];
}
