import uPlot from 'uplot';
import type { ReportHistogram, ReportLayer } from '../../schema.ts';
import { beyondClip, totalOf } from '../shares.ts';
import { shareText, valueText } from '../text.ts';
import { axis, bottomAxis, type Chart, drawChart, STILL } from './chart.ts';
import { make } from './dom.ts';
import { colour } from './theme.ts';

const HEIGHT = 190; // pixels

/** A histogram of a tensor with what int8 represents, the same in words, and a way to see rare values. */
export function histogramFigure(
  histogram: ReportHistogram,
  layer: ReportLayer,
): { readonly element: HTMLElement; draw(): Chart } {
  const host = make('div', {
    class: 'plot',
    role: 'img',
    'aria-label': `Histogram. ${words(histogram, layer)}`,
  });
  const box = make('input', { type: 'checkbox', autocomplete: 'off' });
  box.checked = true;
  const element = make(
    'figure',
    { class: 'chart' },
    make(
      'figcaption',
      {},
      make('h4', {}, 'Values of its tensor (float)'),
      make('p', { class: 'help' }, words(histogram, layer)),
    ),
    host,
    make('label', { class: 'small' }, box, ' Logarithmic, shows rare values'),
  );
  const draw = (): Chart => {
    const chart = drawChart(
      host,
      () => options(histogram, box.checked),
      () => bins(histogram),
    );
    box.addEventListener('change', () => chart.redraw());
    return chart;
  };
  return { element, draw };
}

function bins({ min, max, counts }: ReportHistogram): uPlot.AlignedData {
  const total = totalOf(counts);
  // A tensor that is the same everywhere has one bar.
  if (min === max) return [[min], [total === 0 ? null : 100]];
  const step = (max - min) / counts.length;
  return [
    counts.map((_, i) => min + (i + 0.5) * step),
    counts.map((count) => (count === 0 ? null : (100 * count) / total)),
  ];
}

function options(histogram: ReportHistogram, logarithmic: boolean): Omit<uPlot.Options, 'width'> {
  const { min, max, counts, clip } = histogram;
  const least = 50 / (totalOf(counts) || 1);
  const fill = colour('c-bar');
  // Ends of the range that lie outside show as well: a range too wide wastes levels.
  const ends = [min, max, ...(clip ? [clip.low, clip.high] : [])];
  const [low, high] = [Math.min(...ends), Math.max(...ends)];
  const room = (high - low || 1) * 0.03;
  return {
    ...STILL,
    height: HEIGHT,
    scales: {
      x: { time: false, range: () => [low - room, high + room] },
      y: logarithmic
        ? { distr: 3, range: (_, __, most) => [least, Math.max(most, least * 10) * 1.5] }
        : { range: (_, __, most) => [0, (most || 1) * 1.08] },
    },
    axes: [
      bottomAxis(undefined),
      axis('% of values', {
        size: 58,
        values: (_, splits) => splits.map(percentTick),
        ...(logarithmic && POWERS),
      }),
    ],
    series: [
      {},
      {
        stroke: fill,
        fill,
        width: 0,
        paths: uPlot.paths.bars!({ size: [1, Number.POSITIVE_INFINITY], gap: 0 }),
        points: { show: false },
      },
    ],
    hooks: { draw: clip ? [(plot) => drawClip(plot, clip)] : [] },
  };
}

/** On a logarithmic axis every power of ten has a line, and nothing between. */
const powers = (_: uPlot, splits: readonly number[]): (number | null)[] =>
  splits.map((value) => (Number.isInteger(Math.round(Math.log10(value) * 1e6) / 1e6) ? value : null));
const POWERS = { filter: powers, grid: { filter: powers }, ticks: { filter: powers } };

function percentTick(value: number | null): string {
  if (value === null) return '';
  if (value >= 1e-4 || value === 0) return String(Number(value.toPrecision(3)));
  return value.toExponential(0).replace('-', '−');
}

/** Shades what int8 cannot represent and marks its ends. */
function drawClip({ ctx, bbox, valToPos }: uPlot, { low, high }: NonNullable<ReportHistogram['clip']>): void {
  const [left, right] = [low, high].map((value) =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, valToPos(value, 'x', true))),
  );
  ctx.save();
  ctx.fillStyle = colour('c-beyond');
  ctx.fillRect(bbox.left, bbox.top, left - bbox.left, bbox.height);
  ctx.fillRect(right, bbox.top, bbox.left + bbox.width - right, bbox.height);
  ctx.strokeStyle = colour('c-clip');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  for (const x of [left, right]) {
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

function words(histogram: ReportHistogram, { clipped }: ReportLayer): string {
  const { min, max, lowest = min, highest = max, mean, deviation, notFinite, clip } = histogram;
  const parts = [
    `From ${valueText(lowest)} to ${valueText(highest)}, mean ${valueText(mean)}, standard deviation ${valueText(deviation)}.`,
  ];
  if (notFinite > 0) parts.push(`${notFinite.toLocaleString('en-US')} values are NaN or infinite.`);
  if (clip === undefined) parts.push('The tensor stays float: nothing is clipped.');
  else {
    const { below, above } = beyondClip(histogram, clip);
    const exact = typeof clipped === 'number' ? `${shareText(clipped)} of the values are clipped; by` : 'By';
    parts.push(
      `Int8 represents ${valueText(clip.low)} to ${valueText(clip.high)} (dashed lines, beyond them shaded). ${exact} the histogram ${shareText(below)} lie below and ${shareText(above)} above.`,
    );
  }
  return parts.join(' ');
}
