import type { Report, ReportFinding } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import {
  bytesText,
  cosineText,
  large,
  percent,
  plural,
  printable,
  shapeText,
  snrText,
  valueText,
} from './text.ts';
import { verdictOf } from './verdict.ts';

const LEVELS = { problem: 'Problem', warning: 'Warning', note: 'Note', good: 'Good' } as const;

/** Ops that are listed without a click. */
const LISTED_OPS = 8;

/** What matters, before any detail. */
export function summarySection(report: Report, rowOf: (op: string) => number | undefined): Markup {
  const { level, title, text } = verdictOf(report);
  return html`<section id="summary" aria-labelledby="summary-title">
<h2 id="summary-title" class="unseen">Summary</h2>
<div class="verdict ${level}">
<p class="verdict-title">${badge(level)} ${title}</p>
<p>${text} What that does to an accuracy, only labelled samples tell.</p>
</div>
${figures(report)}
<div class="columns">
${findings(report.summary.findings, rowOf)}
${outputs(report.outputs)}
${floatOps(report, rowOf)}
${warnings(report.summary.warnings)}
</div>
</section>`;
}

function badge(level: keyof typeof LEVELS): Markup {
  return html`<span class="badge ${level}">${LEVELS[level]}</span>`;
}

function figures({ source, written, summary, samples }: Report): Markup {
  const { convolutions, multiplyAdds, casts, float } = summary;
  const floatCount = float.reduce((sum, { ops }) => sum + ops.length, 0);
  const times = written.bytes === 0 ? '' : `${(source.bytes / written.bytes).toFixed(2)}× smaller`;
  const entries: readonly (readonly [name: string, value: string, more: string])[] = [
    ['Size', sizes(source.bytes, written.bytes), times],
    [
      'Convolutions in int8',
      `${convolutions.int8} of ${convolutions.total}`,
      percent(convolutions.int8, convolutions.total),
    ],
    [
      'Multiply-adds in int8',
      percent(multiplyAdds.int8, multiplyAdds.total),
      `${large(multiplyAdds.int8)} of ${large(multiplyAdds.total)}`,
    ],
    ['Casts', String(casts), 'between float and int8'],
    ['Ops in float', String(floatCount), floatCount === 0 ? 'none' : 'reasons below'],
    [
      'Samples',
      String(samples.used),
      samples.skipped.length === 0 ? 'none skipped' : `${samples.skipped.length} skipped`,
    ],
  ];
  return html`<dl class="figures">${entries.map(
    ([name, value, more]) => html`<div><dt>${name}</dt><dd>${value}</dd><dd class="more">${more}</dd></div>`,
  )}</dl>`;
}

/** `14.16 → 3.69 MB`; a line can end at the arrow only. */
function sizes(from: number, to: number): string {
  const [a, b] = [from, to].map((bytes) => bytesText(bytes).split(' '));
  const first = a[1] === b[1] ? a[0] : a.join('\u{a0}');
  return `${first} → ${b.join('\u{a0}')}`;
}

function findings(list: readonly ReportFinding[], rowOf: (op: string) => number | undefined): Markup {
  const items = list.map(({ level, text, advice, op }) => {
    const row = op === undefined ? undefined : rowOf(op);
    return html`<li class="finding ${level}">${badge(level)}
<div><p>${printable(text)}</p>${advice !== undefined && html`<p class="advice">${printable(advice)}</p>`}
${row !== undefined && html`<p><a href="#layer-${row}" data-layer="${row}">Show the layer<span class="unseen"> ${printable(op!)}</span></a></p>`}</div></li>`;
  });
  return html`<div class="panel wide"><h3>Findings</h3>
${items.length === 0 ? html`<p>Nothing stands out.</p>` : html`<ol class="findings">${items}</ol>`}</div>`;
}

function outputs(list: Report['outputs']): Markup {
  const rows = list.map(
    ({ name, shape, error }) => html`<tr><th scope="row"><code><bdi>${printable(name)}</bdi></code></th>
<td class="text">${shapeText(shape)}</td><td>${cosineText(error.cosine)}</td><td>${snrText(error)}</td><td>${valueText(error.maxError)}</td>
<td class="text"><bdi>${printable(error.worst.name)}</bdi> (${cosineText(error.worst.cosine)})</td></tr>`,
  );
  return html`<div class="panel wide"><h3 id="outputs-title">Outputs of the network</h3>
<p class="help">The int8 model against the float one, over the samples. Cosine: 1 is equal. SNR: signal-to-noise ratio in decibels, more is better. Max error: the largest difference of a value.</p>
<div class="scroll" role="region" aria-labelledby="outputs-title" tabindex="0"><table class="plain"><thead><tr><th scope="col">Output</th><th scope="col" class="text">Shape</th><th scope="col">Cosine</th><th scope="col">SNR, dB</th><th scope="col">Max error</th><th scope="col" class="text">Worst sample (cosine)</th></tr></thead><tbody>${rows}</tbody></table></div></div>`;
}

function floatOps({ summary }: Report, rowOf: (op: string) => number | undefined): Markup {
  const groups = summary.float.map(({ reason, ops }) => {
    const items = ops.map(({ op, type }) => {
      const row = rowOf(op);
      const name = html`<code><bdi>${printable(op)}</bdi></code>`;
      return html`<li>${row === undefined ? name : html`<a href="#layer-${row}" data-layer="${row}">${name}</a>`} <span class="muted">${printable(type)}</span></li>`;
    });
    const list = html`<ul class="ops">${items}</ul>`;
    return html`<li><p><strong>${plural(ops.length, 'op')}</strong>: ${printable(reason)}</p>
${items.length <= LISTED_OPS ? list : html`<details><summary>Show all ${items.length}</summary>${list}</details>`}</li>`;
  });
  return html`<div class="panel"><h3>Ops in float, by reason</h3>
${groups.length === 0 ? html`<p>None: every op runs in int8.</p>` : html`<ul class="reasons">${groups}</ul>`}</div>`;
}

function warnings(list: readonly string[]): Markup | false {
  return (
    list.length > 0 &&
    html`<div class="panel"><h3>Warnings of the run</h3><ul>${list.map((text) => html`<li>${printable(text)}</li>`)}</ul></div>`
  );
}
