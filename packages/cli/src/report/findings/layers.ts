import type { Report, ReportFinding, ReportLayer } from '../schema.ts';
import { isRoundingOfResult } from './rounding.ts';
import { cosineText, listed, percent, short } from './text.ts';

/** A fall by less is made by rounding alone, in any layer. */
const LEAST_FALL = 0.003;

/** Noise of a hundredth of the power, where 8 bits leave a thousandth and less. */
const LOW_SNR = 20; // dB

/** So many values cut off by more than half a step show; KL cuts off about a thousandth on purpose. */
const MUCH_CLIPPED = 0.01;

/** So many at the ends of the range without being beyond share one value, as white does in photos. */
const MUCH_OVERFLOW = 0.1;

/** Findings name so many layers; the table has all. */
const NAMED = 3;

/** Where errors are made. */
export function layerFindings(report: Report): ReportFinding[] {
  return [...steepestFall(report), ...weakAlone(report), ...clipped(report), ...atTheEnds(report)];
}

/**
 * The layer whose accumulated cosine is most below that of the worst it reads; among those that lead to the worst
 * output, where it is known what leads where.
 */
function steepestFall(report: Report): ReportFinding[] {
  const { layers, summary } = report;
  const concerned = leadingToWorstOutput(report);
  let steepest: { readonly layer: ReportLayer; readonly from: number; readonly to: number } | undefined;
  for (const [i, layer] of layers.entries()) {
    const [from, to] = [cosineBefore(layers, i), layer.accumulated.cosine];
    if (!concerned.has(layer.tensor) || from === null || to === null || from - to < LEAST_FALL) continue;
    // The first of equals.
    if (steepest === undefined || from - to > steepest.from - steepest.to) steepest = { layer, from, to };
  }
  if (steepest === undefined) return [];
  const { layer, from, to } = steepest;
  const fall = `The accumulated cosine falls most at ${layer.op} (${layer.type}): from ${cosineText(from)} to ${cosineText(to)}.`;
  const alone = layer.isolated?.cosine ?? null;
  if (alone === null) return [{ level: 'warning', text: fall, op: layer.op }];
  const share = summary.multiplyAdds.total === 0 ? 0 : layer.multiplyAdds / summary.multiplyAdds.total;
  return [
    {
      level: 'warning',
      ...causeOf(report, layer, fall, { isMadeHere: 1 - alone >= (from - to) / 2, share }),
      op: layer.op,
    },
  ];
}

/** Half of a fall counts as made in a layer, since errors of several add up. */
function causeOf(
  { histograms }: Report,
  { op, tensor, scale, isolated }: ReportLayer,
  fall: string,
  { isMadeHere, share }: { readonly isMadeHere: boolean; readonly share: number },
): Pick<ReportFinding, 'text' | 'advice'> {
  const alone = `${fall} Alone in int8 it has ${cosineText(isolated!.cosine!)}: the error is made`;
  if (!isMadeHere)
    return {
      text: `${alone} before it, and grows here.`,
      advice: 'Look at the layers before it whose isolated SNR is lowest; skipping this one helps little.',
    };
  const histogram = histograms.find((one) => one.tensor === tensor);
  if (isRoundingOfResult(histogram, scale, isolated!.snr ?? Number.POSITIVE_INFINITY))
    return {
      text: `${alone} here, by rounding its result: the scale of that tensor loses it.`,
      advice: `Try another feature_quantize_method. skip_quant_op_names with "${op}" alone helps little, since the ops that read its result round it as well: it needs them, too.`,
    };
  return {
    text: `${alone} here, by its weights and what it reads.`,
    advice: `Try weight_quantize_method "ADMM", or skip_quant_op_names with "${op}", which takes ${percent(share)} of the multiply-adds out of int8.`,
  };
}

/** Of the worst layer that it reads, or else of the one before. */
function cosineBefore(layers: readonly ReportLayer[], index: number): number | null {
  const { reads } = layers[index];
  if (reads === undefined) return index === 0 ? 1 : layers[index - 1].accumulated.cosine;
  const before = layers.filter(({ tensor }) => reads.includes(tensor));
  return before.reduce<number | null>((least, { accumulated: { cosine } }) => {
    return least === null || cosine === null ? null : Math.min(least, cosine);
  }, 1);
}

function leadingToWorstOutput({ layers }: Report): ReadonlySet<number> {
  const all = new Set(layers.map(({ tensor }) => tensor));
  if (layers.some(({ reads }) => reads === undefined)) return all;
  const outputs = layers.filter(({ output, accumulated }) => output && accumulated.cosine !== null);
  if (outputs.length === 0) return all;
  const worst = outputs.reduce((a, b) => (b.accumulated.cosine! < a.accumulated.cosine! ? b : a));
  const leading = new Set([worst.tensor]);
  for (const { tensor, reads } of [...layers].sort((a, b) => b.order - a.order))
    if (leading.has(tensor)) for (const read of reads!) leading.add(read);
  return leading;
}

function weakAlone(report: Report): ReportFinding[] {
  const weak = report.layers
    .filter(({ isolated, type }) => type !== 'Input' && isolated?.snr != null && isolated.snr < LOW_SNR)
    .sort((a, b) => a.isolated!.snr! - b.isolated!.snr!);
  if (weak.length === 0) return [];
  return [
    {
      level: 'warning',
      text: `Alone in int8, with float inputs, ${weak.length === 1 ? 'one layer loses' : `${weak.length} layers lose`} much: ${listed(
        weak.map(({ op, isolated }) => `${op} (${short(isolated!.snr!)} dB)`),
        NAMED,
      )}.`,
      advice: adviceFor(report, weak.slice(0, NAMED)),
      op: weak[0].op,
    },
  ];
}

/** What loses: the scale of the result, or what the op does. */
function adviceFor({ histograms }: Report, weak: readonly ReportLayer[]): string {
  const byScale = weak.filter(({ tensor, scale, isolated }) => {
    const histogram = histograms.find((one) => one.tensor === tensor);
    return isRoundingOfResult(histogram, scale, isolated!.snr!);
  });
  const others = weak.filter((layer) => !byScale.includes(layer));
  const names = (layers: readonly ReportLayer[]): string => layers.map(({ op }) => op).join(', ');
  return [
    ...(byScale.length > 0
      ? [`Rounding its result is what loses in ${names(byScale)}: try another feature_quantize_method.`]
      : []),
    ...(others.length > 0
      ? [
          `Weights and inputs are what loses in ${names(others)}: try weight_quantize_method "ADMM", or skip_quant_op_names.`,
        ]
      : []),
  ].join(' ');
}

function clipped({ layers }: Report): ReportFinding[] {
  const much = sortedBy(layers, ({ clipped = 0 }) => clipped ?? 0).filter(
    ({ clipped = 0 }) => (clipped ?? 0) > MUCH_CLIPPED,
  );
  if (much.length === 0) return [];
  return [
    {
      level: 'warning',
      text: `Values beyond the int8 range are cut off: ${listed(
        much.map(({ op, clipped }) => `${op} (${percent(clipped!)})`),
        NAMED,
      )}.`,
      advice:
        'The scale is too small there: try feature_quantize_method "EMA", whose ranges hold all values, or "ADMM".',
      op: much[0].op,
    },
  ];
}

function atTheEnds({ layers }: Report): ReportFinding[] {
  const much = sortedBy(layers, ({ overflow = 0 }) => overflow ?? 0).filter(
    ({ overflow = 0, clipped = 0 }) => (overflow ?? 0) > MUCH_OVERFLOW && (clipped ?? 0) <= MUCH_CLIPPED,
  );
  if (much.length === 0) return [];
  return [
    {
      level: 'note',
      text: `Many values share the end of the range, without being beyond it: ${listed(
        much.map(({ op, overflow }) => `${op} (${percent(overflow!)})`),
        NAMED,
      )}. White areas of photos do that, and ReLU6.`,
      op: much[0].op,
    },
  ];
}

function sortedBy(layers: readonly ReportLayer[], value: (layer: ReportLayer) => number): ReportLayer[] {
  return [...layers].sort((a, b) => value(b) - value(a));
}
