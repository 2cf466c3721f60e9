import type { ReportError, ReportLayer } from '../schema.ts';
import { COLUMNS, type Column, DEFAULT_SORT, severalTensors, sorted } from './columns.ts';
import { html, type Markup, type Part } from './markup.ts';
import { breakable } from './op-link.ts';
import { sortField } from './sort-field.ts';
import { decibels, printable, snrOf } from './text.ts';
import { canStayFloat } from './what-if.ts';

/** Layers that the text of the chart names. */
const LISTED_ISOLATED = 3;

/** Below these cosines a number is marked. What has arrived says less about a layer than what it adds. */
const MARKS: Readonly<Record<string, { readonly bad: number; readonly poor: number }>> = {
  'accumulated-cosine': { bad: 0.9, poor: 0.95 },
  'isolated-cosine': { bad: 0.95, poor: 0.99 },
};

/** The table of all layers, worst first. The page's script adds the chart, sorting, filters and details. */
export function layersSection(layers: readonly ReportLayer[]): Markup {
  const several = severalTensors(layers);
  const order = sorted(layers, DEFAULT_SORT, 'ascending');
  return html`<section id="layers" aria-labelledby="layers-title">
<h2 id="layers-title">Layers</h2>
${chart(layers)}
<div class="toolbar needs-script" role="search" aria-label="Layers">
<label class="field grow">Find <input type="search" id="filter" placeholder="name, type or tensor" autocomplete="off" spellcheck="false"></label>
<label class="field">Runs in <select id="runs-in"><option value="">all</option><option>int8</option><option>float</option></select></label>
${sortField('sort-by', 'Sort by', COLUMNS, DEFAULT_SORT)}
<p id="shown" role="status">${layers.length} layers</p>
</div>
<p class="help">Sorted by the error that a layer makes itself (isolated), worst first. <span class="needs-script">Press a name for its histogram and weights; tick <em>Float</em> to see what it costs to leave the layer in float.</span></p>
<div class="scroll layers" role="region" aria-label="Table of layers" tabindex="0">
<table id="layer-table"><caption class="unseen">All layers, worst isolated cosine first</caption>
<thead>${groupRow()}<tr><th scope="col" class="pick"><span class="needs-script" title="Leave the layer in float: adds it to skip_quant_op_names">Float</span></th>${COLUMNS.map(header)}</tr></thead>
<tbody>${order.map((i) => row(layers[i], i, several.has(layers[i].op)))}</tbody></table></div>
${legend()}
</section>`;
}

/** Titles over columns that belong together. */
function groupRow(): Markup {
  const cells: { group: string | undefined; span: number }[] = [{ group: undefined, span: 1 }];
  for (const { group } of COLUMNS) {
    const last = cells[cells.length - 1];
    if (last.group === group) last.span += 1;
    else cells.push({ group, span: 1 });
  }
  return html`<tr class="groups">${cells.map(({ group, span }) =>
    group === undefined
      ? html`<td colspan="${span}"></td>`
      : html`<th scope="colgroup" colspan="${span}">${group}</th>`,
  )}</tr>`;
}

function classesOf({ kind, narrow, group }: Column, i: number): string {
  const starts = group !== undefined && COLUMNS[i - 1]?.group !== group;
  return [kind === 'text' && 'text', !narrow && 'wide-only', starts && 'starts'].filter(Boolean).join(' ');
}

function header(column: Column, i: number): Markup {
  const { key, help } = column;
  const sort = key === DEFAULT_SORT && html` aria-sort="ascending"`;
  return html`<th scope="col" class="${classesOf(column, i)}" data-key="${key}" title="${help}"${sort}>${titleOf(column)}</th>`;
}

/** What is seen depends on the room; who hears it hears the group of the column as well. */
function titleOf({ title, narrow, group, spoken }: Column): Markup {
  const whole = html`${group !== undefined && html`<span class="unseen">${group} </span>`}${title}${spoken !== undefined && html`<span class="unseen"> ${spoken}</span>`}`;
  if (narrow === undefined || narrow === title) return whole;
  return html`<span class="wide-title">${whole}</span><span class="narrow-title">${narrow}<span class="unseen"> ${title}</span></span>`;
}

function row(layer: ReportLayer, index: number, hasSeveral: boolean): Markup {
  const cells = COLUMNS.map((column, i) => {
    if (column.key === 'op') return opCell(layer, hasSeveral);
    const text = column.text(layer);
    const bdi =
      column.key === 'worst'
        ? html`<bdi title="${printable(layer.accumulated.worst.name)}">${text}</bdi>`
        : text;
    const mark = markOf(layer, column);
    return html`<td class="${[classesOf(column, i), mark].filter(Boolean).join(' ')}">${bdi}</td>`;
  });
  const pick =
    canStayFloat(layer) &&
    html`<input type="checkbox" class="needs-script" aria-label="Leave ${printable(layer.op)} in float" autocomplete="off">`;
  return html`<tr id="layer-${index}" data-layer="${index}"><td class="pick">${pick}</td>${cells}</tr>
`;
}

function opCell({ op, tensorName, output }: ReportLayer, hasSeveral: boolean): Markup {
  return html`<th scope="row" class="text op"><span class="name"><bdi>${breakable(op)}</bdi>${hasSeveral && html` → <bdi>${printable(tensorName)}</bdi>`}</span>${output && html` <span class="tag">output</span>`}</th>`;
}

/** For the eye only: the number says the same. */
function markOf({ accumulated, isolated, int8 }: ReportLayer, { key }: Column): string {
  if (key === 'int8') return int8 ? '' : 'float';
  const mark = MARKS[key];
  const cosine = key === 'isolated-cosine' ? isolated?.cosine : accumulated.cosine;
  if (mark === undefined || cosine === undefined) return '';
  if (cosine === null || cosine < mark.bad) return 'bad';
  return cosine < mark.poor ? 'poor' : '';
}

function chart(layers: readonly ReportLayer[]): Markup {
  return html`<figure class="chart needs-script" id="error-chart">
<figcaption id="error-chart-caption"><h3>Where the error comes from</h3>
<p class="help">All layers in the order in which the network runs. <em>Accumulated</em>: everything before in int8 as well, what has arrived. <em>Isolated</em>: the layer alone in int8, what it adds. Low is bad. ${lowestText(layers)}</p></figcaption>
<div class="chart-controls"><fieldset class="choice"><legend>Show</legend>
<label><input type="radio" name="measure" value="snr" checked autocomplete="off"> SNR, dB</label>
<label><input type="radio" name="measure" value="cosine" autocomplete="off"> Cosine</label></fieldset>
<p class="keys"><span class="key accumulated"></span>accumulated <span class="key isolated"></span>isolated</p></div>
<div class="plot" id="error-plot" role="slider" tabindex="0" aria-label="Layer in the chart" aria-valuemin="1" aria-valuemax="${Math.max(1, layers.length)}" aria-valuenow="1" aria-describedby="error-chart-caption"></div>
<p class="readout" id="error-readout">Point at a layer, or use the arrow keys; click or Enter goes to its row.</p>
</figure>`;
}

/** What the chart shows, in words: where it is lowest. */
function lowestText(layers: readonly ReportLayer[]): Part {
  const isolated = lowest(layers, ({ isolated }) => isolated, LISTED_ISOLATED);
  const accumulated = lowest(layers, ({ accumulated }) => accumulated, 1);
  if (accumulated.length === 0) return false;
  const texts = (list: readonly Lowest[]): Part =>
    list.map(
      ({ i, snr }, at) =>
        html`${at > 0 && ', '}<a href="#layer-${i}" data-layer="${i}"><code><bdi>${printable(layers[i].op)}</bdi></code></a> ${decibels(snr)} dB`,
    );
  return html`${isolated.length > 0 && html`Lowest isolated: ${texts(isolated)}. `}Lowest accumulated: ${texts(accumulated)}.`;
}

interface Lowest {
  readonly i: number;
  /** In dB. */
  readonly snr: number;
}

function lowest(
  layers: readonly ReportLayer[],
  pick: (layer: ReportLayer) => ReportError | undefined,
  count: number,
): Lowest[] {
  return layers
    .flatMap((layer, i) => {
      const error = pick(layer);
      return error === undefined ? [] : [{ i, snr: snrOf(error) }];
    })
    .filter(({ snr }) => Number.isFinite(snr))
    .sort((a, b) => a.snr - b.snr || a.i - b.i)
    .slice(0, count);
}

/** Help of every column, to be read without pointing at one. */
function legend(): Markup {
  const entries = COLUMNS.map(
    ({ title, fullTitle = title, help }) =>
      html`<div><dt>${fullTitle === 'Order' ? '# (order)' : fullTitle}</dt><dd>${help}</dd></div>`,
  );
  return html`<details class="legend"><summary>What the columns mean</summary><dl>${entries}</dl></details>`;
}
