import type { ReportLayer } from '../schema.ts';
import { snrOf } from './text.ts';

const LISTED = 3;
/** Below that a fall says nothing: rounding of a few layers adds up to it. */
const LEAST_FALL = 3; // dB

/**
 * The layers at which the accumulated SNR falls most, the largest fall first, compared with the layer that ran before.
 * `layers` are in the order of the network. In branches the one before is not always what the layer reads.
 */
export function falls(
  layers: readonly ReportLayer[],
): { readonly layer: number; readonly from: number; readonly to: number }[] {
  return layers
    .map(({ accumulated }, layer) => ({
      layer,
      from: layer === 0 ? Number.NaN : snrOf(layers[layer - 1].accumulated),
      to: snrOf(accumulated),
    }))
    .filter(({ from, to }) => Number.isFinite(from) && Number.isFinite(to) && from - to >= LEAST_FALL)
    .sort((a, b) => b.from - b.to - (a.from - a.to) || a.layer - b.layer)
    .slice(0, LISTED);
}
