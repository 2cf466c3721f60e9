import * as vega from 'vega';
import { compile } from 'vega-lite';
import { pointValues } from './growth-rows.mjs';

const PANEL = { width: 330, height: 240 };
const TEXT = '#24292f';
const LINES = [
  { series: 'mnnquant', colour: '#0550ae', shape: 'circle', dash: [1, 0] },
  { series: 'mnnquant --memory 256M', colour: '#1a7f37', shape: 'triangle-up', dash: [6, 3] },
  { series: 'MNN', colour: '#bc4c00', shape: 'square', dash: [1, 0] },
];
const ACROSS = {
  images: { field: 'images', title: 'images (MobileNetV2)', ticks: [10, 30, 100, 300, 1000] },
  size: { field: 'multiplyAdds', title: 'G multiply-adds (16 images)', ticks: [0.1, 0.3, 1, 3, 10] },
};
const UP = {
  seconds: { title: 'seconds', ticks: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000] },
  megabytes: { title: 'peak memory, MB', ticks: [30, 100, 300, 1000, 3000, 10_000] },
};

/** The points of `bench/results/growth.json` as one SVG of four panels: time and memory by images and by size. */
export function growthChart(points) {
  const values = points.map((point) => {
    const { axis, images, series } = point;
    const { seconds, peakBytes } = pointValues(point);
    const scaled = { multiplyAdds: point.multiplyAdds / 1e9, megabytes: peakBytes / 1e6 };
    return { axis, images, series, seconds, ...scaled };
  });
  const row = (up) => ({ hconcat: ['images', 'size'].map((axis) => panel(values, axis, up)), spacing: 40 });
  const spec = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    background: 'white',
    padding: 16,
    data: { values },
    vconcat: [row('seconds'), row('megabytes')],
    spacing: 30,
    config: {
      font: 'sans-serif',
      view: { stroke: '#d0d7de' },
      axis: {
        labelFontSize: 13,
        titleFontSize: 13,

        titleFontWeight: 'normal',
        labelColor: TEXT,
        titleColor: TEXT,
      },
      axisY: { minExtent: 44 },
      axisQuantitative: { gridColor: '#eaeef2', domainColor: '#8c959f', tickColor: '#8c959f' },
      legend: {
        orient: 'top',
        title: null,
        labelFontSize: 14,
        labelColor: TEXT,
        symbolSize: 90,
        labelLimit: 400,
      },
    },
  };
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  return view.toSVG().finally(() => view.finalize());
}

function panel(values, axis, up) {
  const own = values.filter((value) => value.axis === axis);
  const channel = (field, { title, ticks }) => {
    const numbers = own.map((value) => value[field]);
    const domain = [Math.min(...numbers) / 1.25, Math.max(...numbers) * 1.25];
    const shown = ticks.filter((tick) => tick >= domain[0] && tick <= domain[1]);
    // Vega leaves out labels of logarithmic axes by their digits unless they are given.
    const labels = { title, values: shown, format: '~r', labelOverlap: false };
    return { field, type: 'quantitative', scale: { type: 'log', domain, nice: false }, axis: labels };
  };
  const by = (key) => ({ domain: LINES.map(({ series }) => series), range: LINES.map((line) => line[key]) });
  return {
    ...PANEL,
    transform: [{ filter: { field: 'axis', equal: axis } }],
    mark: { type: 'line', strokeWidth: 2, point: { size: 70, filled: true } },
    encoding: {
      x: channel(ACROSS[axis].field, ACROSS[axis]),
      y: channel(up, UP[up]),
      color: { field: 'series', type: 'nominal', scale: by('colour') },
      shape: { field: 'series', type: 'nominal', scale: by('shape') },
      strokeDash: { field: 'series', type: 'nominal', scale: by('dash') },
    },
  };
}
