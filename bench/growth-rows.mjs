import { megabytes, table } from './format.mjs';
import { median } from './statistics.mjs';

/** What is drawn as one line: a tool, and the flags of ours. */
export const SERIES = [
  { series: 'mnnquant', tool: 'ours', flags: [] },
  { series: 'mnnquant --memory 256M', tool: 'ours', flags: ['--memory', '256M'] },
  { series: 'MNN', tool: 'mnn', flags: [] },
];

/** Median seconds and greatest peak of a point's runs; undefined without any. */
export function pointValues({ runs }) {
  if (runs.length === 0) return undefined;
  return {
    seconds: median(runs.map((run) => run.seconds)),
    peakBytes: Math.max(...runs.map((run) => run.peakBytes)),
  };
}

/** One row for each place of an axis: seconds, then peak memory, of each series; – where none was measured. */
function growthTable(points) {
  const names = SERIES.map(({ series }) => series);
  const head = [
    'Network',
    'Images',
    ...names.map((name) => `${name}, s`),
    ...names.map((name) => `${name}, MB`),
  ];
  const places = [...new Set(points.map(({ network, images }) => `${network} ${images}`))];
  const rows = places.map((place) => {
    const own = points.filter(({ network, images }) => `${network} ${images}` === place);
    const values = names
      .map((name) => own.find(({ series }) => series === name))
      .map((p) => p && pointValues(p));
    const [{ network, images, multiplyAdds }] = own;
    const first = [`${network}, ${(multiplyAdds / 1e9).toFixed(2)} G multiply-adds`, images];
    return [
      ...first,
      ...values.map((value) => value?.seconds.toFixed(2) ?? '–'),
      ...values.map((value) => (value ? megabytes(value.peakBytes) : '–')),
    ];
  });
  return table(head, rows);
}

/** Markdown: by number of images, then by size of the network. */
export function growthTables(points) {
  return ['images', 'size']
    .map((axis) => growthTable(points.filter((point) => point.axis === axis)))
    .join('\n\n');
}
