import { html, type Markup } from './markup.ts';

/** Follows at the bottom of the window while layers are chosen. */
export function whatIfBar(): Markup {
  return html`<aside id="what-if" class="what-if" aria-label="Layers left in float" hidden>
<div class="what-if-line"><p id="what-if-text" role="status"></p>
<div class="buttons"><button type="button" class="primary" data-copy="changed-config">Copy the changed config</button><button type="button" id="clear">Clear</button></div></div>
<details class="what-if-config"><summary>Show the changed config</summary><pre id="changed-config" tabindex="0" role="region" aria-label="Changed config"></pre>
<p class="help">The config of this run with the chosen ops added to <code>skip_quant_op_names</code>. Save it and run the command again.</p></details>
</aside>
<p id="announce" class="unseen" role="status"></p>`;
}
