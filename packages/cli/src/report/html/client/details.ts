import type { ReportLayer } from '../../schema.ts';
import type { PageData } from '../page-data.ts';
import { cosineText, large, percent, printable, shareText, snrText, valueText } from '../text.ts';
import type { Chart } from './chart.ts';
import { make } from './dom.ts';
import { histogramFigure } from './histogram.ts';
import { weightFigures } from './weights.ts';

export interface Details {
  readonly element: HTMLElement;
  /** When the element is in the page: charts need its width. */
  draw(): void;
  /** Charts listen to sizes and colours. */
  remove(): void;
}

/** All that is known about a layer. */
export function layerDetails(data: PageData, layer: ReportLayer): Details {
  const histogram = data.histograms.find(({ tensor }) => tensor === layer.tensor);
  const weights = data.weights.find(({ op }) => op === layer.op);
  const values = histogram && histogramFigure(histogram, layer);
  const channels = weights && weightFigures(weights);
  const figures = [...(values ? [values] : []), ...(channels?.figures ?? [])];
  const element = make(
    'div',
    { class: 'layer-details' },
    facts(data, layer),
    make(
      'div',
      { class: 'charts' },
      values?.element,
      channels &&
        make('div', { class: 'weights' }, ...channels.figures.map((one) => one.element), channels.table),
    ),
  );
  const charts: Chart[] = [];
  return {
    element,
    draw: () => {
      for (const figure of figures) charts.push(figure.draw());
    },
    remove: () => {
      for (const chart of charts) chart.remove();
    },
  };
}

function facts({ multiplyAdds }: PageData, layer: ReportLayer): HTMLElement {
  const { accumulated, isolated, scale, zeroPoint, overflow, clipped, samples, int8 } = layer;
  const entries: readonly (readonly [name: string, value: string | HTMLElement | undefined])[] = [
    ['Type', printable(layer.type)],
    ['Runs in', int8 ? 'int8' : 'float'],
    ['Why float', layer.reason === undefined ? undefined : printable(layer.reason)],
    ['Tensor', `${printable(layer.tensorName)} (index ${layer.tensor})`],
    ['Scale', scale === undefined ? undefined : valueText(scale)],
    ['Zero point', zeroPoint === undefined ? undefined : String(zeroPoint).replace('-', '−')],
    [
      'Accumulated',
      `cosine ${cosineText(accumulated.cosine)}, SNR ${snrText(accumulated)} dB, max error ${valueText(accumulated.maxError)}`,
    ],
    [
      'Isolated',
      isolated &&
        `cosine ${cosineText(isolated.cosine)}, SNR ${snrText(isolated)} dB, max error ${valueText(isolated.maxError)}`,
    ],
    ['Worst sample', worst(accumulated.worst)],
    ['Worst isolated', isolated && worst(isolated.worst)],
    [
      'Overflow, clipped',
      overflow === undefined && clipped === undefined
        ? undefined
        : `${shareText(overflow)}, ${shareText(clipped)}`,
    ],
    [
      'Multiply-adds',
      layer.multiplyAdds === 0
        ? undefined
        : `${large(layer.multiplyAdds)}, ${percent(layer.multiplyAdds, multiplyAdds.total)} of the network`,
    ],
    ['Samples', String(samples)],
  ];
  const rows = entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, value)));
  return make('dl', { class: 'facts' }, ...rows);
}

/** With a way to its picture. */
function worst({ sample, name, cosine }: ReportLayer['accumulated']['worst']): HTMLElement {
  const text = make('bdi', {}, printable(name));
  const target = document.getElementById(`sample-${sample}`);
  const shown = target ? make('a', { href: `#sample-${sample}` }, text) : text;
  return make('span', {}, shown, ` (cosine ${cosineText(cosine)})`);
}
