import type { ReportAuto, ReportSensitivity } from '../auto-schema.ts';
import { chosenTrial } from '../auto-trials.ts';
import { html, type Markup } from './markup.ts';
import { opLink, type RowOf } from './op-link.ts';
import { cosineText, large, NOTHING, percent } from './text.ts';

/** What each op brings that was left in float alone, in the order of the ranking. */
export function sensitivityTable(auto: ReportAuto, rowOf: RowOf): Markup | false {
  const { sensitivity, trials } = auto;
  if (sensitivity.length === 0) return false;
  const total = trials[0]?.multiplyAdds.total ?? 0;
  const freed = new Set(chosenTrial(auto)?.freed);
  const rows = sensitivity.map((one) => {
    const tag = freed.has(one.op) && html` <span class="tag">in float</span>`;
    return html`<tr><th scope="row" class="text">${opLink(one.op, rowOf)}${tag}</th><td class="wide-only">${cosineText(one.before)}</td><td class="wide-only">${cosineText(one.after)}</td><td>${goneText(one)}</td><td>${percent(one.multiplyAdds, total)}</td><td class="wide-only">${large(one.multiplyAdds)}</td><td>${worthText(one, total)}</td></tr>`;
  });
  const tagged = freed.size > 0 && html` Those marked <em>in float</em> are so in what was chosen.`;
  return html`<div class="panel"><h3 id="sensitivity-title">Most sensitive layers</h3>
<p class="help">The cosine of the worst output of a typical sample (geometric mean of 1 − cosine) with the layer in int8, and with this layer alone in float and everything else in int8; <em>error gone</em> is the part of what was missing to 1 that this gives back. Most useful first <strong>for each multiply-add</strong> left in float: the last column has what is gone for 1 % of the multiply-adds, where the casts around a layer count as a thousandth of all that could be freed.${tagged}</p>
<div class="scroll tall" role="region" aria-labelledby="sensitivity-title" tabindex="0"><table class="plain" id="sensitivity-table"><thead><tr><th scope="col" class="text">Op</th><th scope="col" class="wide-only">In int8</th><th scope="col" class="wide-only">In float</th><th scope="col">Error gone</th><th scope="col">Mult-adds</th><th scope="col" class="wide-only">of a sample</th><th scope="col" title="Part of the error that goes for 1 % of the multiply-adds">Gone per 1 %</th></tr></thead><tbody>${rows}</tbody></table></div></div>`;
}

/** Part of what is missing to a cosine of 1 that the layer gives back; `undefined` where that is nothing to speak of. */
function goneShare({ before, after }: ReportSensitivity): number | undefined {
  return before === null || after === null || before >= 1 ? undefined : (after - before) / (1 - before);
}

function goneText(one: ReportSensitivity): string {
  const share = goneShare(one);
  if (share === undefined) return NOTHING;
  if (share < -1) return 'worse';
  const text = (100 * share).toFixed(0);
  return `${text === '-0' ? '0' : text.replace('-', '−')} %`;
}

/** How much of the error goes for one percent of the network's multiply-adds. What makes it worse has no such number. */
function worthText(one: ReportSensitivity, total: number): string {
  const share = goneShare(one);
  if (share === undefined || share < 0 || !(one.cost > 0)) return NOTHING;
  const percents = (share * total) / one.cost;
  if (percents > 0 && percents < 0.01) return '<0.01 %';
  // What rounds to 1000 has no three digits that count: they would be followed by an exponent.
  return `${percents < 999.5 ? percents.toPrecision(3) : percents.toFixed(0)} %`;
}
