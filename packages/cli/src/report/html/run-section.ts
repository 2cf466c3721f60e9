import type { Report } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import { bytesText, percent, printable, visibleJson } from './text.ts';

/** How long it took, and what makes the same file again. */
export function runSection(report: Report): Markup {
  const { command, config } = report.reproduce;
  return html`<section id="run" aria-labelledby="run-title">
<h2 id="run-title">The run</h2>
<div class="columns">
<div class="panel wide"><h3>Reproduce</h3>
${copyBlock('command', 'Command', printable(command))}
${copyBlock('config', 'Config, with defaults filled in', visibleJson(config))}</div>
${files(report)}
${environment(report)}
${timings(report.timings)}
</div>
</section>`;
}

function copyBlock(id: string, title: string, text: string): Markup {
  return html`<div class="copy"><div class="copy-head"><h4 id="${id}-title">${title}</h4><button type="button" class="needs-script" data-copy="${id}" aria-describedby="${id}-title">Copy</button></div>
<pre id="${id}" tabindex="0" aria-labelledby="${id}-title">${text}</pre></div>`;
}

function files({ source, written, reproduce }: Report): Markup {
  const entries = [
    ['Source', source],
    ['Written', written],
    ['Config', reproduce.configFile],
  ] as const;
  return html`<div class="panel wide"><h3>Files and their SHA-256</h3><dl class="facts">${entries.map(
    ([name, { file, bytes, sha256 }]) =>
      html`<div><dt>${name}</dt><dd><bdi>${printable(file)}</bdi>, ${bytesText(bytes)}<br><code class="hash">${sha256}</code></dd></div>`,
  )}<div><dt>Samples</dt><dd>names and contents, in their order<br><code class="hash">${reproduce.samplesSha256}</code></dd></div></dl></div>`;
}

function environment({ tool, reproduce }: Report): Markup {
  const { versions, device, backend, threads } = reproduce;
  const entries = [
    ['Made by', tool],
    ['Backend', backend],
    ['Device', device],
    ['Threads', String(threads)],
    ...Object.entries(versions),
  ];
  return html`<div class="panel"><h3>Made with</h3><dl class="facts">${entries.map(
    ([name, value]) => html`<div><dt>${printable(name)}</dt><dd>${printable(value)}</dd></div>`,
  )}</dl></div>`;
}

function timings(list: Report['timings']): Markup {
  const total = list.reduce((sum, { seconds }) => sum + seconds, 0);
  const rows = list.map(
    ({ phase, seconds }) =>
      html`<tr><th scope="row">${printable(phase)}</th><td>${seconds.toFixed(2)}</td><td>${percent(seconds, total)}</td></tr>`,
  );
  return html`<div class="panel"><h3>Time</h3><table class="plain"><thead><tr><th scope="col">Phase</th><th scope="col">Seconds</th><th scope="col">Share</th></tr></thead><tbody>${rows}</tbody><tfoot><tr><th scope="row">Together</th><td>${total.toFixed(2)}</td><td></td></tr></tfoot></table></div>`;
}
