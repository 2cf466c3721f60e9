import type { Report, ReportSample } from '../schema.ts';
import { html, type Markup } from './markup.ts';
import { plural, printable, shapeText, valueText } from './text.ts';

/** What goes into `src`: nothing but a PNG in base64. */
const PNG = /^data:image\/png;base64,[A-Za-z0-9+/]+={0,2}$/;

/** Narrower pictures show their pixels rather than a blur. */
const COARSE = 100; // pixels

/** Pictures are most of a page: what comes after so many characters is shown in numbers only. */
const MOST_OF_PICTURES = 1_000_000;

/** The samples as the network sees them. */
export function samplesSection({ samples, reproduce }: Report): Markup {
  const [pictures, others] = divided(samples.list);
  return html`<section id="samples" aria-labelledby="samples-title">
<h2 id="samples-title">Samples as the network sees them</h2>
<p>${plural(samples.used, 'sample')} used${samples.skipped.length > 0 && `, ${samples.skipped.length} skipped`}.</p>
${pictures.length > 0 && hint(reproduce.config.format)}
${pictures.some(({ sample }) => sample.inputs.some(hasColours)) && exchange()}
${pictures.length > 0 && html`<ul class="pictures">${pictures.map(({ sample, i }) => card(sample, i, samples.list))}</ul>`}
${others.length > 0 && table(others, pictures.length)}
${skipped(samples.skipped)}
</section>`;
}

/** Those with a picture, while there is room, and the others. */
function divided(list: readonly ReportSample[]): readonly [pictures: Entry[], others: Entry[]] {
  let left = MOST_OF_PICTURES;
  const [pictures, others]: [Entry[], Entry[]] = [[], []];
  for (const [i, sample] of list.entries()) {
    const shown = sample.inputs.flatMap(({ preview }) => (isShown(preview) ? [preview] : []));
    left -= shown.reduce((sum, { png }) => sum + png.length, 0);
    (shown.length > 0 && left >= 0 ? pictures : others).push({ sample, i });
  }
  return [pictures, others];
}

/** Whether red and blue can be exchanged: planes or pixels of three channels. */
function hasColours({ shape, preview }: Input): boolean {
  return isShown(preview) && (shape[1] === 3 || shape.at(-1) === 3);
}

/** Works without the page's script: the style sheet looks at the box. */
function exchange(): Markup {
  return html`<p class="exchange"><label><input type="checkbox" id="exchange" autocomplete="off"> Exchange red and blue: draw the first channel blue</label>
<span class="help">as a network sees them that was trained with BGR, such as those fed by OpenCV.</span></p>
<svg class="filters" width="0" height="0" aria-hidden="true"><filter id="red-and-blue" color-interpolation-filters="sRGB"><feColorMatrix values="0 0 1 0 0 0 1 0 0 0 1 0 0 0 0 0 0 0 1 0"/></filter></svg>
`;
}

function hint(format: unknown): Markup {
  return html`<div class="hint"><p>These are the numbers that the network gets, turned back into pixels after cropping, stretching, <code>mean</code> and <code>normal</code>, its first channel drawn red. Look at them first: wrong input makes every other number worthless.</p>
<ul>${orderHint(format)}
<li><strong>The subject is cut off, squeezed or tiny?</strong> Check <code>width</code>, <code>height</code>, <code>center_crop_w</code> and <code>center_crop_h</code>.</li>
<li><strong>Minimum, maximum and mean</strong> should be those of the training, often 0 to 1 or −1 to 1: if not, check <code>mean</code> and <code>normal</code>.</li>
<li><strong>They do not look like what the network will meet?</strong> Ranges fitted to them will clip the real ones.</li></ul></div>`;
}

/** Only who trained the network knows the order; what can be told is what is right in which case. */
function orderHint(format: unknown): Markup | false {
  if (format === 'RGB' || format === 'RGBA')
    return html`<li><strong>Red and blue:</strong> <code>format</code> is <code>${format}</code>, so the colours are natural here. Right for a network trained with RGB; one trained with BGR (OpenCV, Caffe) needs <code>BGR</code>.</li>`;
  if (format === 'BGR' || format === 'BGRA')
    return html`<li><strong>Blue skin, orange sky?</strong> <code>format</code> is <code>${format}</code>, the default, so blue comes first. Right for a network trained with BGR (OpenCV, Caffe); one trained with RGB (PyTorch, TensorFlow, Pillow) needs <code>RGB</code>.</li>`;
  return false;
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
    return html`${isShown(input.preview) && picture(input.preview, alt)}<dl>${title}
<div><dt>range</dt><dd>${valueText(input.min)} … ${valueText(input.max)}</dd></div><div><dt>mean</dt><dd>${valueText(input.mean)}${input.deviation !== undefined && html` ± ${valueText(input.deviation)}`}</dd></div><div><dt>shape</dt><dd>${shapeText(input.shape)}</dd></div>${notFinite(input)}</dl>`;
  });
  return html`<li id="sample-${index}"><p class="file"><bdi>${printable(name)}</bdi></p>${parts}${likeText(like, list)}</li>`;
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
