import uPlot from 'uplot';
import type { ReportAuto } from '../../auto-schema.ts';
import { floatShare, leastCosine, settingsText } from '../../auto-trials.ts';
import {
  type AutoMeasure,
  type AutoPoint,
  autoPoints,
  distanceText,
  distanceTicks,
  logarithmicRange,
  targetHeight,
} from '../auto-points.ts';
import { cosineText, plural, printable, shareText } from '../text.ts';
import { bottomAxis, type Chart, drawChart, leftAxis, ticksAt } from './chart.ts';
import { make, part } from './dom.ts';
import { chooseByKeys, tellChosen } from './slider-keys.ts';
import { colour } from './theme.ts';

const HEIGHT = 300; // pixels
/** Steps of the axis of shares, percent: one op of a large network can be little. */
const SHARES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50];
/** More points are drawn smaller. */
const MANY = 60;

/** What is drawn now. */
interface Shown {
  readonly auto: ReportAuto;
  readonly measure: AutoMeasure;
  readonly points: readonly AutoPoint[];
}

/** Distance to float against what runs in float, a point for each trial; one is chosen with the pointer or the arrow keys. */
export function startAutoChart(auto: ReportAuto, goTo: (trial: number) => void): void {
  if (auto.trials.length === 0) return;
  const host = part('auto-plot');
  const show = (measure: AutoMeasure): Shown => ({ auto, measure, points: autoPoints(auto, measure) });
  let shown = show('cosine');
  let chosen: number | undefined;
  const select = (index: number): void => {
    chosen = index;
    tellChosen(host, part('auto-readout'), index, pointText(shown, index));
    placeMarker(chart.plot(), shown.points[index]!);
  };
  const chart: Chart = drawChart(
    host,
    () => options(shown, select),
    () => series(shown.points),
  );
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="auto-measure"]'))
    radio.addEventListener('change', () => {
      const trial = chosen === undefined ? undefined : shown.points[chosen]!.trial;
      shown = show(radio.value as AutoMeasure);
      chart.redraw();
      // The same trial has another place now.
      if (trial !== undefined) select(shown.points.findIndex((point) => point.trial === trial));
    });
  host.addEventListener('click', () => {
    const index = nearest(chart.plot(), shown.points);
    if (index !== undefined) goTo(shown.points[index]!.trial);
  });
  chooseByKeys(host, shown.points.length, select, (index) => goTo(shown.points[index]!.trial));
}

function series(points: readonly AutoPoint[]): uPlot.AlignedData {
  return [
    points.map(({ x }) => x),
    points.map(({ y }) => y),
    points.map(({ y, isFront }) => (isFront ? y : null)),
    points.map(({ y, chosen }) => (chosen ? y : null)),
  ];
}

function options(shown: Shown, select: (index: number) => void): Omit<uPlot.Options, 'width'> {
  const { points, measure } = shown;
  const [tried, picked] = [colour('c-accumulated'), colour('c-isolated')];
  const size = points.length > MANY ? 5 : 7;
  return {
    height: HEIGHT,
    scales: {
      x: { time: false, range: (_, __, most) => [0, most > 0 ? most * 1.04 : 1] },
      y: { distr: measure === 'cosine' ? 3 : 1, range: () => rangeOf(shown) },
    },
    axes: [
      bottomAxis('multiply-adds in float, %', { incrs: SHARES }),
      measure === 'cosine'
        ? leftAxis('1 − least cosine (logarithmic)', ticksAt(distanceTicks, distanceText))
        : leftAxis('top-1 errors, %', {
            filter: shares,
            grid: { filter: shares },
            ticks: { filter: shares },
          }),
    ],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, x: false, y: false, points: { show: false } },
    series: [
      {},
      { paths: () => null, points: { show: true, size, fill: tried, stroke: tried } },
      {
        stroke: tried,
        width: 1.5,
        spanGaps: true,
        paths: uPlot.paths.stepped!({ align: 1 }),
        points: { show: false },
      },
      { paths: () => null, points: { show: true, size: 15, width: 3, stroke: picked, fill: 'transparent' } },
    ],
    hooks: {
      init: [(plot) => plot.over.append(make('div', { class: 'marker' }))],
      draw: [(plot) => drawTarget(plot, targetHeight(shown.auto, measure))],
      setCursor: [
        (plot) => {
          const index = nearest(plot, points);
          if (index !== undefined) select(index);
        },
      ],
    },
  };
}

/** There is room above all errors, but no more than all of them. */
const shares = (_: uPlot, splits: readonly number[]): (number | null)[] =>
  splits.map((value) => (value > 100 ? null : value));

function rangeOf({ auto, measure, points }: Shown): uPlot.Range.MinMax {
  const target = targetHeight(auto, measure);
  const values = [
    ...points.flatMap(({ y }) => (y === null ? [] : [y])),
    ...(target === undefined ? [] : [target]),
  ];
  if (measure === 'cosine') return logarithmicRange(values);
  if (values.length === 0) return [0, 100];
  const [low, high] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  const room = Math.max(0.5, (high - low) * 0.1);
  return [Math.max(0, low - room), Math.min(100, high) + room];
}

function drawTarget({ ctx, bbox, valToPos }: uPlot, height: number | undefined): void {
  if (height === undefined) return;
  const y = valToPos(height, 'y', true);
  ctx.save();
  ctx.strokeStyle = colour('c-clip');
  ctx.lineWidth = 2 * devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}

/** The point nearest to the pointer; several can have one share, so that the place along the axis is not enough. */
function nearest(plot: uPlot, points: readonly AutoPoint[]): number | undefined {
  const { left = -1, top = -1 } = plot.cursor;
  if (left < 0 || top < 0) return undefined;
  let [best, least]: [number | undefined, number] = [undefined, Number.POSITIVE_INFINITY];
  for (const [i, { x, y }] of points.entries()) {
    if (y === null) continue;
    const distance = Math.hypot(plot.valToPos(x, 'x') - left, plot.valToPos(y, 'y') - top);
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}

function placeMarker(plot: uPlot, { x, y }: AutoPoint): void {
  const marker = plot.over.querySelector<HTMLElement>('.marker');
  if (marker === null) return;
  marker.hidden = y === null;
  if (y === null) return;
  marker.style.left = `${plot.valToPos(x, 'x')}px`;
  marker.style.top = `${plot.valToPos(y, 'y')}px`;
  marker.classList.add('placed');
}

function pointText({ auto, points }: Shown, index: number): string {
  const { trial: at } = points[index]!;
  const trial = auto.trials[at]!;
  return [
    `Trial ${at + 1}${trial.chosen ? ', chosen' : ''}`,
    printable(settingsText(trial.settings)),
    ...(trial.freed.length > 0 ? [`${plural(trial.freed.length, 'op')} freed`] : []),
    `${shareText(floatShare(trial))} in float`,
    `least cosine ${trial.outputs.length === 0 ? 'none' : cosineText(leastCosine(trial))}`,
    ...(trial.top1 === undefined ? [] : [`top-1 ${shareText(trial.top1)}`]),
  ].join(' · ');
}
