// What the page does beside being read: sorting, charts, choosing. It works on the rows that the page has.
import type { PageData } from '../page-data.ts';
import { startAuto } from './auto.ts';
import { startChoosing } from './chosen.ts';
import { startCopying } from './copy.ts';
import { part } from './dom.ts';
import { startErrorChart } from './error-chart.ts';
import { LayerTable } from './table.ts';
import { startTheme } from './theme.ts';

function start(): void {
  document.documentElement.classList.add('js');
  const data: PageData = JSON.parse(part('data').textContent);
  startTheme();
  startCopying();
  const table = new LayerTable(data);
  startChoosing(data, table);
  startErrorChart(data.layers, (layer) => table.reveal(layer));
  if (data.auto) startAuto(data.auto);
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-layer]'))
    link.addEventListener('click', (event) => {
      event.preventDefault();
      history.replaceState(null, '', link.hash);
      table.reveal(Number(link.dataset.layer));
    });
  const [, layer] = /^#layer-(\d+)$/.exec(location.hash) ?? [];
  if (layer !== undefined && Number(layer) < data.layers.length) table.reveal(Number(layer));
}

start();
