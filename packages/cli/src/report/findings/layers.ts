import { listed } from '../../listed.ts';
import type { Report, ReportFinding, ReportLayer } from '../schema.ts';
import { type Cause, causeOf } from './rounding.ts';
import { cosineText, percent, short } from './text.ts';
import { otherSettings, weightRemedies } from './untried.ts';

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
  const { layers } = report;
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
  return [{ level: 'warning', ...whereItIsMade(report, layer, fall, from - to), op: layer.op }];
}

type Explained = Pick<ReportFinding, 'text' | 'advice'>;

const LOOK_BEFORE =
  'Look at the layers before it whose isolated SNR is lowest; skipping this one helps little.';

/** Half of a fall counts as made in a layer, since errors of several add up. */
function whereItIsMade(report: Report, layer: ReportLayer, fall: string, fallen: number): Explained {
  if (!layer.int8)
    return {
      text: `${fall} It runs in float: the error is made before it, and grows here.`,
      advice: LOOK_BEFORE,
    };
  const cosine = layer.isolated?.cosine ?? null;
  if (cosine === null) return { text: fall };
  const alone = `${fall} Alone in int8 it has ${cosineText(cosine)}: the error is made`;
  if (1 - cosine < fallen / 2) return { text: `${alone} before it, and grows here.`, advice: LOOK_BEFORE };
  const cause = causeOf(report, layer);
  return { text: `${alone} here, ${MADE_BY[cause]}.`, advice: REMEDIES[cause](report, layer) };
}

const MADE_BY: Readonly<Record<Cause, string>> = {
  result: 'by rounding its result: the scale of that tensor loses it',
  weights: 'by rounding its weights',
  inputs: 'by rounding what it reads',
};

const REMEDIES: Readonly<Record<Cause, (report: Report, layer: ReportLayer) => string>> = {
  result: (report, { op }) =>
    `Try ${otherSettings(report)}. skip_quant_op_names with "${op}" alone helps little, since the ops that read its result round it as well: it needs them, too.`,
  weights: (report, layer) =>
    `Try ${weightRemedies(report, bitsOf(report, layer), skipping(report, layer))}.`,
  inputs: (report, layer) => {
    const { layers } = report;
    const held = layers.find(({ tensor, int8 }) => int8 && layer.reads?.includes(tensor));
    const settings = `Try ${otherSettings(report)}`;
    if (held === undefined) return `${settings}, or ${skipping(report, layer)}.`;
    return `${settings}. skip_quant_op_names with "${layer.op}" alone helps little, since ${held.op} gives its result in int8: it needs that, too.`;
  },
};

function bitsOf({ weights }: Report, { op }: ReportLayer): number {
  return weights.find((one) => one.op === op)?.bits ?? 8;
}

function skipping({ summary: { multiplyAdds } }: Report, layer: ReportLayer): string {
  const share = multiplyAdds.total === 0 ? 0 : layer.multiplyAdds / multiplyAdds.total;
  return `skip_quant_op_names with "${layer.op}", which takes ${percent(share)} of the multiply-adds out of int8`;
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

/** What loses: results, weights, or what the op reads. */
function adviceFor(report: Report, weak: readonly ReportLayer[]): string {
  const settings = otherSettings(report);
  const bits = weak.reduce((least, layer) => Math.min(least, bitsOf(report, layer)), 8);
  const kinds: readonly (readonly [Cause, what: string, remedy: string])[] = [
    ['result', 'Rounding its result', `try ${settings}`],
    ['weights', 'Rounding its weights', `try ${weightRemedies(report, bits, 'skip_quant_op_names')}`],
    ['inputs', 'Rounding what it reads', `try ${settings}`],
  ];
  return kinds
    .flatMap(([kind, what, remedy]) => {
      const names = weak.filter((layer) => causeOf(report, layer) === kind).map(({ op }) => op);
      return names.length > 0 ? [`${what} is what loses in ${names.join(', ')}: ${remedy}.`] : [];
    })
    .join(' ');
}

/** What else there is where too much is cut off. */
const KEEPS_ALL =
  ' "feature_quantize_method": "MAX" cuts nothing off, "PERCENTILE" only the share that feature_percentile leaves.';

function clipped(report: Report): ReportFinding[] {
  const { layers } = report;
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
      advice: `The scale is too small there: try ${otherSettings(report)}.${KEEPS_ALL}`,
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
