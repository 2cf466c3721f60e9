import type { ReportAuto, ReportTrial } from '../auto-schema.ts';
import { chosenTrial, isFreed, leastCosine, lostPoints, settingsText } from '../auto-trials.ts';
import { html, type Markup, type Part } from './markup.ts';
import { breakable, opLink, type RowOf } from './op-link.ts';
import { sensitivityTable } from './sensitivity-table.ts';
import { sortField } from './sort-field.ts';
import { cosineText, durationText, percent, plural, printable, shareText } from './text.ts';
import {
  DEFAULT_TRIAL_SORT,
  pointsText,
  sortedTrials,
  type TrialColumn,
  type TrialRow,
  trialColumns,
  trialRows,
} from './trial-columns.ts';

/** Ops that are listed without a click. */
const LISTED_OPS = 8;

/** What the search for settings found. The page's script adds the chart and sorting. */
export function autoSection(auto: ReportAuto | undefined, rowOf: RowOf): Markup | false {
  if (auto === undefined) return false;
  return html`<section id="auto" aria-labelledby="auto-title">
<h2 id="auto-title">Search for settings</h2>
${verdict(auto)}
<div class="columns">
${found(auto, rowOf)}
${howJudged(auto)}
</div>
${chart(auto)}
${trialsTable(auto)}
${sensitivityTable(auto, rowOf)}
</section>`;
}

function verdict(auto: ReportAuto): Markup {
  const { target, reached, trials } = auto;
  const level = reached ? 'good' : 'problem';
  const badge = html`<span class="badge ${level}">${reached ? 'Good' : 'Problem'}</span>`;
  const chosen = chosenTrial(auto);
  const title = isAsked(target)
    ? `The target ${reached ? 'holds' : 'was not reached'}`
    : 'No target was asked for: the best with everything in int8';
  return html`<div class="verdict ${level}"><p class="verdict-title">${badge} ${title}</p>
<p>${targetText(target)}${chosen === undefined ? 'Nothing was chosen.' : `${reached || !isAsked(target) ? 'Chosen' : 'The best found'} of ${plural(trials.length, 'trial')}: ${resultText(chosen, auto)}.`}</p></div>`;
}

function isAsked(target: ReportAuto['target']): boolean {
  return target?.cosine !== undefined || target?.maxDrop !== undefined;
}

function targetText(target: ReportAuto['target']): string {
  const wanted = [
    ...(target?.cosine === undefined ? [] : [`a cosine of ${target.cosine} at least for every output`]),
    ...(target?.maxDrop === undefined ? [] : [`at most ${target.maxDrop} points of top-1 lost`]),
  ];
  return wanted.length === 0 ? '' : `Asked for: ${wanted.join(', and ')}. `;
}

/** What a trial came to, without its settings. */
function resultText(trial: ReportTrial, { accuracy }: ReportAuto): string {
  const { int8, total } = trial.multiplyAdds;
  const lost = lostPoints(trial, accuracy);
  return [
    ...(trial.outputs.length === 0 ? [] : [`cosine ${cosineText(leastCosine(trial))} of the worst output`]),
    ...(trial.top1 === undefined ? [] : [`top-1 ${shareText(trial.top1)}`]),
    ...(lost === undefined ? [] : [`${pointsText(lost)} points lost`]),
    `${percent(total - int8, total)} of the multiply-adds in float`,
  ].join(', ');
}

function found(auto: ReportAuto, rowOf: RowOf): Markup {
  const chosen = chosenTrial(auto);
  if (chosen === undefined) return html`<div class="panel"><h3>Chosen</h3><p>Nothing.</p></div>`;
  const outputs = chosen.outputs.map(
    ({ name, cosine }): Entry => [html`<bdi>${printable(name)}</bdi>`, `cosine ${cosineText(cosine)}`],
  );
  const names = chosen.freed.map((op) => html`<li>${opLink(op, rowOf)}</li>`);
  const list = html`<ul class="ops">${names}</ul>`;
  const freed = !isFreed(chosen)
    ? 'nothing beyond what the config skips'
    : names.length <= LISTED_OPS
      ? html`${plural(names.length, 'op')}${list}`
      : html`<details><summary>${plural(names.length, 'op')}</summary>${list}</details>`;
  return html`<div class="panel"><h3>Chosen</h3>${facts([
    ['Settings', printable(settingsText(chosen.settings))],
    ...outputs,
    ['Left in float', freed],
  ])}</div>`;
}

function howJudged(auto: ReportAuto): Markup {
  const { judged, labels, accuracy, runs, seconds, stopped, trials } = auto;
  return html`<div class="panel"><h3>How it was found</h3>${facts([
    ['Judged by', html`${plural(judged.samples, 'sample')} of <bdi>${printable(judged.folder)}</bdi>`],
    [
      'They are',
      judged.setAside
        ? 'set aside of those that calibrate, while settings were tried'
        : judged.own
          ? 'others than those that calibrated'
          : 'those that calibrated, which flatters what was found',
    ],
    ...(labels === undefined ? [] : [['Labels', html`<bdi>${printable(labels)}</bdi>`] as Entry]),
    ...(accuracy === undefined ? [] : [['Float top-1', shareText(accuracy)] as Entry]),
    ['Tried', `${plural(trials.length, 'trial')}, ${plural(runs, 'run')} of a network over its samples`],
    ['Time', `${durationText(seconds)}${stopped === 'time' ? '; it was over before the search was' : ''}`],
  ])}</div>`;
}

type Entry = readonly [name: Part, value: Part];

function facts(entries: readonly Entry[]): Markup {
  return html`<dl class="facts">${entries.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function chart(auto: ReportAuto): Markup | false {
  if (auto.trials.length === 0) return false;
  const hasLabels = auto.trials.some(({ top1 }) => top1 !== undefined);
  const line = auto.target?.cosine !== undefined || (hasLabels && auto.target?.maxDrop !== undefined);
  return html`<figure class="chart framed needs-script" id="auto-chart">
<figcaption id="auto-chart-caption"><h3>What float layers bring, and what they cost</h3>
<p class="help">A point for each trial: how much of the network runs in float, and how far the result is from the float network. Left and low is best. The line joins what no other trial beats in both.${withoutPoint(auto.trials)}</p></figcaption>
<div class="chart-controls">${
    hasLabels &&
    html`<fieldset class="choice"><legend>Show</legend>
<label><input type="radio" name="auto-measure" value="cosine" checked autocomplete="off"> 1 − cosine</label>
<label><input type="radio" name="auto-measure" value="top1" autocomplete="off"> Top-1 errors</label></fieldset>`
  }
<p class="keys"><span class="dot tried"></span>tried <span class="dot picked"></span>chosen${line && html` <span class="key wanted"></span>target`}</p></div>
<div class="plot" id="auto-plot" role="slider" tabindex="0" aria-label="Trial in the chart" aria-valuemin="1" aria-valuemax="${auto.trials.length}" aria-valuenow="1" aria-describedby="auto-chart-caption"></div>
<p class="readout" id="auto-readout">Point at a trial, or use the arrow keys; click or Enter goes to its row.</p>
</figure>`;
}

function withoutPoint(trials: readonly ReportTrial[]): string | false {
  const missing = trials.filter((one) => leastCosine(one) === null).length;
  return (
    missing > 0 && ` ${plural(missing, 'trial')} without a cosine ${missing === 1 ? 'has' : 'have'} no point.`
  );
}

function trialsTable(auto: ReportAuto): Markup {
  const rows = trialRows(auto);
  const columns = trialColumns(auto);
  const order = sortedTrials(rows, columns.find(({ key }) => key === DEFAULT_TRIAL_SORT)!, 'ascending');
  return html`<div class="panel trials"><h3 id="trials-title">What was tried</h3>
${sortField('sort-trials-by', 'Sort trials by', columns, DEFAULT_TRIAL_SORT)}
<div class="scroll tall" role="region" aria-labelledby="trials-title" tabindex="0"><table class="plain" id="trial-table"><caption class="unseen">Everything that was tried, best first</caption>
<thead><tr>${columns.map(trialHeader)}</tr></thead><tbody>${order.map((i) => trialRow(rows[i]!, columns))}</tbody></table></div>
<details class="legend"><summary>What the columns mean</summary><dl>${columns.map(
    ({ title, help }) => html`<div><dt>${title}</dt><dd>${help}</dd></div>`,
  )}</dl></details></div>`;
}

function classesOf({ kind, wideOnly }: TrialColumn): string {
  return [kind === 'text' && 'text', wideOnly && 'wide-only'].filter(Boolean).join(' ');
}

function trialHeader(column: TrialColumn): Markup {
  const { key, title, help } = column;
  const sort = key === DEFAULT_TRIAL_SORT && html` aria-sort="ascending"`;
  return html`<th scope="col" class="${classesOf(column)}" data-key="${key}" title="${help}"${sort}>${title}</th>`;
}

function trialRow(row: TrialRow, columns: readonly TrialColumn[]): Markup {
  const { trial, index } = row;
  const cells = columns.map((column) => {
    const classes = classesOf(column);
    if (column.key !== 'settings') return html`<td class="${classes}">${column.text(row)}</td>`;
    return html`<th scope="row" class="${classes}">${column.text(row)}${trial.chosen && html` <span class="tag">chosen</span>`}${freedOps(trial)}</th>`;
  });
  return html`<tr id="trial-${index}" data-trial="${index}"${trial.chosen && html` class="chosen"`} tabindex="-1">${cells}</tr>
`;
}

/** Without links: the same ops stand in many trials, and those of the chosen one lead to their rows above. */
function freedOps({ freed }: ReportTrial): Markup | false {
  if (freed.length === 0) return false;
  const names = freed.map((name) => html`<li><bdi>${breakable(name)}</bdi></li>`);
  return html`<details class="freed"><summary>+ ${plural(freed.length, 'op')} in float</summary><ul class="ops">${names}</ul></details>`;
}
