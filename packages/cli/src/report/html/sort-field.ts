import type { Column } from './columns.ts';
import { html, type Markup } from './markup.ts';

/** Chooses the column to sort by where a table has no room for all its headers; the page's script listens to it. */
export function sortField(
  id: string,
  label: string,
  columns: readonly Pick<Column, 'key' | 'title' | 'fullTitle'>[],
  selected: string,
): Markup {
  const options = columns.map(
    ({ key, title, fullTitle = title }) =>
      html`<option value="${key}"${key === selected && html` selected`}>${fullTitle}</option>`,
  );
  return html`<label class="field narrow-only">${label} <select id="${id}" autocomplete="off">${options}</select></label>`;
}
