import type uPlot from 'uplot';
import type { ReportError, ReportLayer } from '../../schema.ts';
import { cosineText, printable, snrOf, snrText } from '../text.ts';
import { axis, bottomAxis, drawChart } from './chart.ts';
import { part } from './dom.ts';
import { chooseByKeys, tellChosen } from './slider-keys.ts';
import { colour } from './theme.ts';

type Measure = 'snr' | 'cosine';

const HEIGHT = 260; // pixels
/** With fewer layers each has a point. */
const POINTS_BELOW = 120;

/** The error over the network's order; a layer is chosen with the pointer or the arrow keys. */
export function startErrorChart(layers: readonly ReportLayer[], goTo: (layer: number) => void): void {
  if (layers.length === 0) return;
  const host = part('error-plot');
  let measure: Measure = 'snr';
  const select = (index: number): void => describe(host, layers, index);
  const chart = drawChart(
    host,
    () => options(layers, measure, select),
    () => series(layers, measure),
  );
  for (const radio of document.querySelectorAll<HTMLInputElement>('input[name="measure"]'))
    radio.addEventListener('change', () => {
      measure = radio.value as Measure;
      chart.redraw();
    });
  host.addEventListener('click', () => {
    const { idx } = chart.plot().cursor;
    if (idx !== null && idx !== undefined) goTo(idx);
  });
  const point = (index: number): void => {
    const plot = chart.plot();
    plot.setCursor({ left: plot.valToPos(index + 1, 'x'), top: plot.bbox.height / devicePixelRatio / 2 });
  };
  chooseByKeys(host, layers.length, point, goTo);
}

function series(layers: readonly ReportLayer[], measure: Measure): uPlot.AlignedData {
  const values = (pick: (layer: ReportLayer) => ReportError | undefined): (number | null)[] =>
    layers.map((layer) => {
      const error = pick(layer);
      const value = error === undefined ? null : measure === 'snr' ? snrOf(error) : error.cosine;
      return value !== null && Number.isFinite(value) ? value : null;
    });
  return [
    layers.map((_, i) => i + 1),
    values(({ accumulated }) => accumulated),
    values(({ isolated }) => isolated),
  ];
}

function options(
  layers: readonly ReportLayer[],
  measure: Measure,
  select: (index: number) => void,
): Omit<uPlot.Options, 'width'> {
  const [accumulated, isolated] = [colour('c-accumulated'), colour('c-isolated')];
  const show = layers.length <= POINTS_BELOW;
  return {
    height: HEIGHT,
    scales: { x: { time: false }, y: { range: rangeOf(measure) } },
    axes: [
      bottomAxis('layer, in the order of the network', { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] }),
      axis(measure === 'snr' ? 'SNR, dB' : 'cosine', { size: measure === 'snr' ? 44 : 60 }),
    ],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { size: 9 } },
    series: [
      {},
      { stroke: accumulated, width: 2, points: { show, size: 6, fill: accumulated } },
      // Apart by more than the colour: dashes, and rings for points.
      { stroke: isolated, width: 1.5, dash: [5, 4], points: { show, size: 6, fill: colour('c-surface') } },
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => idx !== null && idx !== undefined && select(idx)] },
  };
}

/** The ends of the axis for the values' ends; a cosine never has more than 1 to show. */
function rangeOf(measure: Measure): uPlot.Range.Function {
  return (_, min, max) => {
    if (min === null || max === null) return measure === 'snr' ? [0, 60] : [0, 1];
    if (measure === 'snr') return [Math.min(0, Math.floor(min)), Math.ceil(max / 10) * 10 + 2];
    const room = Math.max(1 - min, 1e-4) * 0.05;
    return [min - room, 1 + room];
  };
}

/** What a layer has, in words. */
function describe(host: HTMLElement, layers: readonly ReportLayer[], index: number): void {
  const { op, type, accumulated, isolated } = layers[index];
  const has = (error: ReportError | undefined): string =>
    error === undefined ? 'none, runs in float' : `${snrText(error)} dB, cosine ${cosineText(error.cosine)}`;
  const text = `${index + 1} · ${printable(op)} (${printable(type)}) · accumulated ${has(accumulated)} · isolated ${has(isolated)}`;
  tellChosen(host, part('error-readout'), index, text);
}
