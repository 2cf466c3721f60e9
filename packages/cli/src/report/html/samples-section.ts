import type { Report, ReportSample } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import { plural, printable, shapeText, valueText } from './text.ts';

/** What goes into `src`: nothing but a PNG in base64. */
const PNG = /^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/;

/** Narrower pictures show their pixels rather than a blur. */
const COARSE = 100; // pixels

/** The samples as the network sees them. */
export function samplesSection({ samples }: Report): Markup {
  const withPreview = ({ inputs }: ReportSample): boolean => inputs.some(({ preview }) => isShown(preview));
  const entries = samples.list.map((sample, i) => ({ sample, i }));
  const pictures = entries.filter(({ sample }) => withPreview(sample));
  const others = entries.filter(({ sample }) => !withPreview(sample));
  return html`<section id="samples" aria-labelledby="samples-title">
<h2 id="samples-title">Samples as the network sees them</h2>
<p>${plural(samples.used, 'sample')} used${samples.skipped.length > 0 && `, ${samples.skipped.length} skipped`}.</p>
${pictures.length > 0 && hint()}
${pictures.length > 0 && html`<ul class="pictures">${pictures.map(({ sample, i }) => card(sample, i, samples.list))}</ul>`}
${others.length > 0 && table(others, pictures.length)}
${skipped(samples.skipped)}
</section>`;
}

function hint(): Markup {
  return html`<div class="hint"><p>These are the numbers that the network gets, turned back into pixels after cropping, stretching, <code>mean</code> and <code>normal</code>. Look at them first: wrong input makes every other number worthless.</p>
<ul><li><strong>Skin is blue, the sky orange?</strong> Red and blue are swapped. That is right only for a network that was trained so (OpenCV reads BGR); else change <code>format</code>.</li>
<li><strong>The subject is cut off, squeezed or tiny?</strong> Check <code>width</code>, <code>height</code>, <code>center_crop_w</code> and <code>center_crop_h</code>.</li>
<li><strong>Minimum, maximum and mean</strong> should be those of the training, often 0 to 1 or −1 to 1: if not, check <code>mean</code> and <code>normal</code>.</li>
<li><strong>They do not look like what the network will meet?</strong> Ranges fitted to them will clip the real ones.</li></ul></div>`;
}

type Input = ReportSample['inputs'][number];
type Preview = Input['preview'];

function isShown(preview: Preview): preview is NonNullable<Preview> {
  return preview !== undefined && PNG.test(preview.png);
}

function card({ name, inputs, like }: ReportSample, index: number, list: readonly ReportSample[]): Markup {
  const parts = inputs.map((input) => {
    const alt = `${printable(name)} as input ${printable(input.name)}`;
    const title =
      inputs.length > 1 && html`<div><dt>input</dt><dd><bdi>${printable(input.name)}</bdi></dd></div>`;
    return html`${pictures(input, alt)}<dl>${title}
<div><dt>range</dt><dd>${valueText(input.min)} … ${valueText(input.max)}</dd></div><div><dt>mean</dt><dd>${valueText(input.mean)}${input.deviation !== undefined && html` ± ${valueText(input.deviation)}`}</dd></div><div><dt>shape</dt><dd>${shapeText(input.shape)}</dd></div>${notFinite(input)}</dl>`;
  });
  const both = inputs.some(({ swapped }) => isShown(swapped));
  return html`<li id="sample-${index}"${both && html` class="both"`}><p class="file"><bdi>${printable(name)}</bdi></p>${parts}${likeText(like, list)}</li>`;
}

function picture({ png, width, height }: NonNullable<Preview>, alt: string): Markup {
  return html`<img src="${png}" width="${width}" height="${height}" alt="${alt}" decoding="async"${width < COARSE && html` class="coarse"`}>`;
}

function notFinite({ notFinite: count = 0 }: Input): Markup | false {
  return count > 0 && html`<div class="bad"><dt>NaN, infinite</dt><dd>${count}</dd></div>`;
}

function likeText(like: number | undefined, list: readonly ReportSample[]): Markup | false {
  const other = like === undefined ? undefined : list[like];
  return (
    other !== undefined &&
    html`<p class="like">Nearly the same as <a href="#sample-${like}"><bdi>${printable(other.name)}</bdi></a></p>`
  );
}

/** With both orders of the colours side by side, where they are there: only one can be right. */
function pictures({ preview, swapped }: Input, alt: string): Markup | false {
  if (!isShown(preview)) return false;
  if (!isShown(swapped)) return picture(preview, alt);
  return html`<div class="orders"><figure>${picture(preview, alt)}<figcaption>what the network gets</figcaption></figure>
<figure>${picture(swapped, `${alt}, red and blue exchanged`)}<figcaption>red and blue exchanged</figcaption></figure></div>`;
}

interface Entry {
  readonly sample: ReportSample;
  readonly i: number;
}

function table(entries: readonly Entry[], pictures: number): Markup {
  const rows = entries.map(({ sample: { name, inputs }, i }) =>
    inputs.map(
      (input, at) =>
        html`<tr${at === 0 && html` id="sample-${i}"`}><th scope="row" class="text"><bdi>${printable(name)}</bdi></th><td class="text"><bdi>${printable(input.name)}</bdi></td><td class="text">${shapeText(input.shape)}</td><td>${valueText(input.min)}</td><td>${valueText(input.max)}</td><td>${valueText(input.mean)}</td></tr>
`,
    ),
  );
  return html`<details${pictures === 0 && html` open`}><summary>${pictures > 0 ? `The other ${entries.length}` : `All ${entries.length}`}, in numbers</summary>
<div class="scroll" role="region" aria-label="Samples in numbers" tabindex="0"><table class="plain"><thead><tr><th scope="col" class="text">Sample</th><th scope="col" class="text">Input</th><th scope="col" class="text">Shape</th><th scope="col">Min</th><th scope="col">Max</th><th scope="col">Mean</th></tr></thead><tbody>${rows}</tbody></table></div></details>`;
}

function skipped(list: Report['samples']['skipped']): Markup | false {
  return (
    list.length > 0 &&
    html`<details open><summary>${plural(list.length, 'file')} skipped</summary><ul class="skipped">${list.map(
      ({ name, reason }) => html`<li><code><bdi>${printable(name)}</bdi></code>: ${printable(reason)}</li>`,
    )}</ul></details>`
  );
}
