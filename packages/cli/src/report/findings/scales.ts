import { listed } from '../../listed.ts';
import type { Report, ReportFinding, ReportHistogram, ReportLayer } from '../schema.ts';
import { short } from './text.ts';
import { usedSettings } from './untried.ts';

/** Of 127 levels on a side four are left, which is less than two bits. */
const MUCH_WIDER = 30;

interface Narrow {
  readonly layer: ReportLayer;
  /** Its largest value. */
  readonly largest: number;
  /** The end of its int8 range. */
  readonly end: number;
  /** A tensor with the same scale that fills it. */
  readonly beside: ReportLayer | undefined;
}

/** Tensors that use few of the levels that their scale has. */
export function scaleFindings(report: Report): ReportFinding[] {
  const { layers, histograms } = report;
  const spread = new Map(histograms.map((one) => [one.tensor, one]));
  const narrow = layers
    .flatMap((layer) => narrowOf(layer, layers, spread))
    .sort((a, b) => b.end / b.largest - a.end / a.largest);
  if (narrow.length === 0) return [];
  const texts = narrow.map(({ layer, largest, end, beside }) => {
    const why = beside === undefined ? '' : `, shared with ${beside.op}`;
    return `${layer.op} holds values up to ${short(largest)} with a range to ${short(end)}${why}`;
  });
  return [
    {
      level: 'warning',
      text: `${narrow.length === 1 ? 'A tensor uses' : `${narrow.length} tensors use`} few of the 255 levels: ${listed(texts)}.`,
      advice: `Tensors share a scale where MNN needs it (Concat, pooling, copies). ${usedSettings(report).equalize === true ? 'Leave' : 'Try "equalize": true, which evens channels out, leave'} the op that joins them float (skip_quant_op_names), or scale the narrow one up in the network.`,
      op: narrow[0].layer.op,
    },
  ];
}

function narrowOf(
  layer: ReportLayer,
  layers: readonly ReportLayer[],
  spread: ReadonlyMap<number, ReportHistogram>,
): Narrow[] {
  const own = spread.get(layer.tensor);
  if (own?.clip === undefined || layer.scale === undefined) return [];
  const [largest, end] = [largestOf(own), Math.max(Math.abs(own.clip.low), Math.abs(own.clip.high))];
  // A tensor of zeros loses nothing.
  if (largest === 0 || end < MUCH_WIDER * largest) return [];
  const beside = layers.find((other) => {
    const theirs = spread.get(other.tensor);
    const isShared = other.scale === layer.scale && other.zeroPoint === layer.zeroPoint;
    return isShared && theirs !== undefined && largestOf(theirs) >= MUCH_WIDER * largest;
  });
  return [{ layer, largest, end, beside }];
}

function largestOf({ min, max, lowest = min, highest = max }: ReportHistogram): number {
  return Math.max(Math.abs(lowest), Math.abs(highest));
}
