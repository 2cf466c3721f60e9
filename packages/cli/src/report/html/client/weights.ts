import type uPlot from 'uplot';
import type { ReportWeights } from '../../schema.ts';
import { rangesInWords, snrsInWords } from '../channels.ts';
import { decibels, shapeText, valueText } from '../text.ts';
import { axis, bottomAxis, type Chart, drawChart, STILL } from './chart.ts';
import { make } from './dom.ts';
import { colour } from './theme.ts';

const HEIGHT = 170; // pixels

interface Figure {
  readonly element: HTMLElement;
  draw(): Chart;
}

/** The weights of a convolution, channel by channel: range, and SNR where they are in int8; the numbers as a table. */
export function weightFigures(weights: ReportWeights): {
  readonly figures: readonly Figure[];
  readonly table: HTMLElement;
} {
  const { shape, bits, snr } = weights;
  const title = `Weights, range per output channel (${shapeText(shape)}, ${bits} bits)`;
  const range = figure(title, rangesInWords(weights), () => rangeOptions(), [weights.max, weights.min]);
  const noise = snr && figure('Weights, SNR per output channel', snrsInWords(snr), () => snrOptions(), [snr]);
  return { figures: noise ? [range, noise] : [range], table: table(weights) };
}

function figure(
  title: string,
  words: string,
  options: () => Omit<uPlot.Options, 'width'>,
  values: readonly (readonly (number | null)[])[],
): Figure {
  const host = make('div', { class: 'plot', role: 'img', 'aria-label': `${title}. ${words}` });
  const element = make(
    'figure',
    { class: 'chart' },
    make('figcaption', {}, make('h4', {}, title), make('p', { class: 'help' }, words)),
    host,
  );
  const data: uPlot.AlignedData = [values[0].map((_, i) => i), ...values.map((list) => [...list])];
  return { element, draw: () => drawChart(host, options, () => data) };
}

function common(label: string): Omit<uPlot.Options, 'width' | 'series'> {
  return {
    ...STILL,
    height: HEIGHT,
    scales: { x: { time: false } },
    axes: [
      bottomAxis('output channel', { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] }),
      axis(label, { size: 54 }),
    ],
  };
}

function rangeOptions(): Omit<uPlot.Options, 'width'> {
  const line: uPlot.Series = { stroke: colour('c-bar'), width: 1, points: { show: false } };
  return {
    ...common('smallest to largest'),
    series: [{}, line, line],
    bands: [{ series: [1, 2], fill: colour('c-band') }],
  };
}

function snrOptions(): Omit<uPlot.Options, 'width'> {
  const stroke = colour('c-isolated');
  return {
    ...common('SNR, dB'),
    series: [{}, { stroke, width: 1, points: { show: true, size: 4, fill: stroke } }],
  };
}

/** Made when it is opened: some layers have thousands of channels. */
function table({ min, max, scale, snr }: ReportWeights): HTMLElement {
  const details = make(
    'details',
    { class: 'all-channels' },
    make('summary', {}, `Table of ${min.length} channels`),
  );
  const fill = (): void => {
    const head = ['Channel', 'Min', 'Max', ...(scale ? ['Scale'] : []), ...(snr ? ['SNR, dB'] : [])];
    const rows = min.map((low, i) => {
      const cells = [valueText(low), valueText(max[i])];
      if (scale) cells.push(valueText(scale[i]));
      if (snr) cells.push(snr[i] === null ? '∞' : decibels(snr[i]));
      return make(
        'tr',
        {},
        make('th', { scope: 'row' }, String(i)),
        ...cells.map((text) => make('td', {}, text)),
      );
    });
    const titles = head.map((text) => make('th', { scope: 'col' }, text));
    const body = make(
      'table',
      { class: 'plain' },
      make('thead', {}, make('tr', {}, ...titles)),
      make('tbody', {}, ...rows),
    );
    details.append(
      make('div', { class: 'scroll tall', role: 'region', 'aria-label': 'Channels', tabindex: '0' }, body),
    );
  };
  details.addEventListener('toggle', fill, { once: true });
  return details;
}
