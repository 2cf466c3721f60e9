/** Where the channels of a tensor [N,C,...] or, in NHWC, [N,...,C] are: value i belongs to channel floor(i / plane) % count. */
export interface Channels {
  readonly count: number;
  /** Values of one channel that follow one another. */
  readonly plane: number;
}

export function channelsOf({
  shape,
  layout,
}: {
  readonly shape: readonly number[];
  readonly layout: string;
}): Channels {
  if (layout === 'NHWC') return { count: shape.at(-1) ?? 1, plane: 1 };
  return { count: shape[1] ?? 1, plane: shape.slice(2).reduce((product, extent) => product * extent, 1) };
}

/** Calls `see` for each run of values of one channel. */
export function forEachRun(
  length: number,
  { count, plane }: Channels,
  see: (channel: number, start: number, end: number) => void,
): void {
  if (plane === 0) return;
  for (let start = 0, channel = 0; start < length; start += plane) {
    see(channel, start, start + plane);
    channel = channel + 1 === count ? 0 : channel + 1;
  }
}
