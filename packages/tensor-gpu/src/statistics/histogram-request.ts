import { floatNotAbove, type HistogramRequest, histogramInterval } from '@mnnquant/graph';
import { LARGEST } from './range.ts';

/** What programs are given to find the bin of a value: min(last, floor(|x| * interval)) where skip < |x| <= largest. */
export interface BinGrid {
  readonly interval: number;
  readonly last: number;
  readonly skip: number;
  readonly largest: number;
}

export function binGrid(request: HistogramRequest, counts: Float64Array): BinGrid {
  const interval = histogramInterval(request, counts);
  const { bins, skipBelow } = request;
  return { interval, last: bins - 1, skip: floatNotAbove(skipBelow), largest: LARGEST };
}
