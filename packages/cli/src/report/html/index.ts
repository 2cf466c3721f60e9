import type { Report } from '../schema.ts';
import { autoSection } from './auto-section.ts';
import { numbered } from './columns.ts';
import { correctionsSection, hasCorrections } from './corrections-section.ts';
import { SCRIPT, SCRIPT_SHA256, STYLE, STYLE_SHA256 } from './generated/page.ts';
import { layersSection } from './layers-section.ts';
import { html, Markup, scriptJson } from './markup.ts';
import { pageData } from './page-data.ts';
import { runSection } from './run-section.ts';
import { samplesSection } from './samples-section.ts';
import { summarySection } from './summary-section.ts';
import { bytesText, printable } from './text.ts';
import { whatIfBar } from './what-if-bar.ts';

/**
 * Nothing is loaded and nothing is sent; only the page's own script and style are run, which are known by their hashes.
 * Without a server there is no header to say it in.
 */
const POLICY = [
  `default-src 'none'`,
  `script-src '${SCRIPT_SHA256}'`,
  `style-src '${STYLE_SHA256}'`,
  `img-src data:`,
  `base-uri 'none'`,
  `form-action 'none'`,
].join('; ');

/**
 * A report as one file of HTML that needs nothing else. Everything but charts can be read without its script; the same
 * report gives the same text.
 */
export function renderReport(given: Report): string {
  const report = { ...given, layers: numbered(given.layers) };
  const rows = rowsByOp(report.layers);
  const rowOf = (op: string): number | undefined => rows.get(op);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${printable(report.written.file)} – quantization report</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
${header(report)}
<main id="main">
${summarySection(report, rowOf)}
${autoSection(report.auto, rowOf)}
${layersSection(report.layers)}
${correctionsSection(report, rowOf)}
${samplesSection(report)}
${runSection(report)}
</main>
<footer><p>Made by ${printable(report.tool)}. This page is one file and loads nothing; its charts are drawn by uPlot (MIT).</p></footer>
${whatIfBar()}
<script type="application/json" id="data">${scriptJson(pageData(report))}</script>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

/** Sections that not every report has. */
function links({ auto, ...report }: Report): Markup {
  const list = [
    ['summary', 'Summary'],
    ...(auto ? [['auto', 'Search']] : []),
    ['layers', 'Layers'],
    ...(hasCorrections(report) ? [['corrections', 'Corrections']] : []),
    ['samples', 'Samples'],
    ['run', 'The run'],
  ];
  return html`<nav aria-label="Sections"><ul>${list.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`;
}

function header(report: Report): Markup {
  const { written, source } = report;
  const themes = [
    ['', 'System'],
    ['light', 'Light'],
    ['dark', 'Dark'],
  ];
  return html`<header>
<div class="title"><p class="kind">Quantization report</p><h1><bdi>${printable(written.file)}</bdi></h1>
<p class="muted">from <bdi>${printable(source.file)}</bdi>, ${bytesText(source.bytes)}</p></div>
${links(report)}
<fieldset class="choice themes needs-script"><legend class="unseen">Colours</legend>${themes.map(
    ([value, name]) =>
      html`<label><input type="radio" name="theme" value="${value}"${value === '' && html` checked`} autocomplete="off"> ${name}</label>`,
  )}</fieldset>
</header>`;
}

/** The first row of each op. */
function rowsByOp(layers: Report['layers']): ReadonlyMap<string, number> {
  return new Map(layers.map(({ op }, i): [string, number] => [op, i]).reverse());
}
