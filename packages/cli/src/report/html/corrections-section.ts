import type { Report } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import { opLink, type RowOf } from './op-link.ts';
import { decibels, NOTHING, plural, valueText } from './text.ts';

type Corrected = Pick<Report, 'corrections' | 'rounding'>;
/** All that was done to a convolution besides rounding it. */
export interface CorrectedOp {
  readonly op: string;
  readonly equalized?: NonNullable<NonNullable<Report['corrections']>['equalize']>['layers'][number];
  readonly shifted?: NonNullable<NonNullable<Report['corrections']>['biasCorrection']>['layers'][number];
  readonly learned?: NonNullable<Report['rounding']>['layers'][number];
}

export function hasCorrections({ corrections, rounding }: Corrected): boolean {
  return (corrections?.equalize ?? corrections?.biasCorrection ?? rounding) !== undefined;
}

/** By op, in the order in which they are first named. */
export function correctedOps({ corrections, rounding }: Corrected): CorrectedOp[] {
  const ops = new Map<string, CorrectedOp>();
  const add = (op: string, more: Omit<CorrectedOp, 'op'>): void => {
    ops.set(op, { ...ops.get(op), ...more, op });
  };
  for (const shifted of corrections?.biasCorrection?.layers ?? []) add(shifted.op, { shifted });
  for (const equalized of corrections?.equalize?.layers ?? []) add(equalized.op, { equalized });
  for (const learned of rounding?.layers ?? []) add(learned.op, { learned });
  return [...ops.values()];
}

/** What `equalize`, `bias_correction` and learned rounding did, layer by layer. */
export function correctionsSection(report: Report, rowOf: RowOf): Markup | false {
  if (!hasCorrections(report)) return false;
  const order = (op: string): number => rowOf(op) ?? Number.POSITIVE_INFINITY;
  const ops = correctedOps(report).sort((a, b) =>
    order(a.op) < order(b.op) ? -1 : order(a.op) > order(b.op) ? 1 : 0,
  );
  const columns = columnsOf(report);
  const rows = ops.map(
    (one) =>
      html`<tr><th scope="row" class="text">${opLink(one.op, rowOf)}</th>${columns.map(({ text, wideOnly }) => html`<td${wideOnly && html` class="wide-only"`}>${text(one)}</td>`)}</tr>`,
  );
  const head = columns.map(
    ({ title, help, wideOnly }) =>
      html`<th scope="col" title="${help}"${wideOnly && html` class="wide-only"`}>${title}</th>`,
  );
  const notes = [...wordsOf(report)].map((text) => html`<li>${text}</li>`);
  return html`<section id="corrections" aria-labelledby="corrections-title">
<h2 id="corrections-title">Corrections of weights and biases</h2>
<div class="panel"><ul class="help">${notes}</ul>
${rows.length > 0 && html`<div class="scroll tall" role="region" aria-label="Table of corrections" tabindex="0"><table class="plain" id="correction-table"><thead><tr><th scope="col" class="text">Op</th>${head}</tr></thead><tbody>${rows}</tbody></table></div>`}</div>
</section>`;
}

interface CorrectionColumn {
  readonly title: string;
  readonly help: string;
  readonly wideOnly?: boolean;
  text(op: CorrectedOp): string;
}

/** Of what was asked for. */
function columnsOf({ corrections, rounding }: Corrected): CorrectionColumn[] {
  return [
    ...(corrections?.equalize ? EQUALIZED : []),
    ...(corrections?.biasCorrection ? SHIFTED : []),
    ...(rounding ? LEARNED : []),
  ];
}

const channelsText = (one: { readonly channels: number; readonly of: number } | undefined): string =>
  one === undefined ? NOTHING : `${one.channels} of ${one.of}`;
const timesText = (value: number | undefined): string =>
  value === undefined ? NOTHING : `×${valueText(Number(value.toPrecision(3)))}`;
const stepsText = (value: number | undefined): string => (value === undefined ? NOTHING : value.toFixed(2));
/** Without an error there is no noise. */
const learnedText = (one: CorrectedOp['learned'], snr: number | undefined): string =>
  one === undefined ? NOTHING : snr === undefined ? '∞' : decibels(snr);

const EQUALIZED: readonly CorrectionColumn[] = [
  {
    title: 'Equalized',
    help: 'Channels of its result that were enlarged',
    wideOnly: true,
    text: ({ equalized }) => channelsText(equalized),
  },
  {
    title: 'Most',
    help: 'How much the most enlarged channel was',
    text: ({ equalized }) => timesText(equalized?.largestGain),
  },
  {
    title: 'Mean',
    help: 'How much its channels were enlarged on the average',
    wideOnly: true,
    text: ({ equalized }) => timesText(equalized?.meanGain),
  },
];

const SHIFTED: readonly CorrectionColumn[] = [
  {
    title: 'Biases',
    help: 'Channels whose bias was moved',
    wideOnly: true,
    text: ({ shifted }) => channelsText(shifted),
  },
  {
    title: 'Largest shift',
    help: 'In steps of its int8 result',
    text: ({ shifted }) => stepsText(shifted?.largestSteps),
  },
  {
    title: 'Mean shift',
    help: 'Mean of the absolute shifts of its channels, in steps',
    wideOnly: true,
    text: ({ shifted }) => stepsText(shifted?.meanSteps),
  },
];

const LEARNED: readonly CorrectionColumn[] = [
  {
    title: 'MAX_ABS, dB',
    help: 'SNR of what the layer computes with the nearest whole weights',
    text: ({ learned }) => learnedText(learned, learned?.nearest),
  },
  {
    title: 'Learned, dB',
    help: 'SNR of what it computes with the weights that were learned',
    text: ({ learned }) => learnedText(learned, learned?.learned),
  },
];

function* wordsOf({ corrections, rounding }: Corrected): Generator<string> {
  const { equalize, biasCorrection } = corrections ?? {};
  if (equalize)
    yield `equalize: channels between convolutions were given more equal ranges, in ${plural(equalize.convolutions, 'convolution')}, by ${timesText(equalize.largestGain)} at most. The float network computes what it did.`;
  if (biasCorrection)
    yield `bias_correction: biases of ${plural(biasCorrection.convolutions, 'convolution')} were moved so that each channel has the mean of the float network’s, by ${stepsText(biasCorrection.largestSteps)} steps of its int8 result at most.`;
  if (rounding)
    yield `GPTQ: whole weights of ${plural(rounding.layers.length, 'layer')} were learned from the samples; what they compute of float inputs is ${decibels(rounding.gain)} dB nearer to float than with MAX_ABS on the average. 40 dB is an error of a hundredth.`;
}
