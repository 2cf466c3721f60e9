import { html, type Markup, type Part } from './markup.ts';
import { printable } from './text.ts';

/** The row of an op in the table of layers; `undefined` for one that has none. */
export type RowOf = (op: string) => number | undefined;

/** The name of an op, which leads to its row. */
export function opLink(op: string, rowOf: RowOf): Markup {
  const name = html`<code><bdi>${breakable(op)}</bdi></code>`;
  const row = rowOf(op);
  return row === undefined ? name : html`<a href="#layer-${row}" data-layer="${row}">${name}</a>`;
}

/** Names are paths in most networks: a line ends behind a slash. */
export function breakable(name: string): Part {
  return printable(name)
    .split(/(?<=[^/]\/)/)
    .map((part, i) => html`${i > 0 && html`<wbr>`}${part}`);
}
