import { COLUMNS, DEFAULT_SORT, type Direction, sorted } from '../columns.ts';
import type { PageData } from '../page-data.ts';
import { type Details, layerDetails } from './details.ts';
import { make, part, scrollBehavior } from './dom.ts';
import { Sorting } from './sorting.ts';

/** The table of layers: sorts, filters, opens details. Rows are those of the page; only their order changes. */
export class LayerTable {
  readonly #data: PageData;
  readonly #body: HTMLTableSectionElement;
  readonly #rows: readonly HTMLTableRowElement[];
  readonly #open = new Map<number, { readonly row: HTMLTableRowElement; readonly details: Details }>();

  constructor(data: PageData) {
    this.#data = data;
    const table = part<HTMLTableElement>('layer-table');
    this.#body = table.tBodies[0];
    this.#rows = data.layers.map((_, i) => part<HTMLTableRowElement>(`layer-${i}`));
    for (const [i, row] of this.#rows.entries()) this.#addButton(row, i);
    new Sorting({
      table,
      select: part('sort-by'),
      columns: COLUMNS,
      sortedBy: DEFAULT_SORT,
      sort: ({ key }, direction) => this.#sort(key, direction),
    });
    part('filter').addEventListener('input', () => this.#filter());
    part('runs-in').addEventListener('change', () => this.#filter());
    this.#filter();
  }

  row(layer: number): HTMLTableRowElement {
    return this.#rows[layer];
  }

  /** Shows a layer's row with its details, whatever the filter says, and goes there. */
  reveal(layer: number): void {
    const row = this.#rows[layer];
    if (row.hidden) {
      part<HTMLInputElement>('filter').value = '';
      part<HTMLSelectElement>('runs-in').value = '';
      this.#filter();
    }
    if (!this.#open.has(layer)) this.#toggle(layer);
    row.scrollIntoView({ block: 'start', behavior: scrollBehavior() });
    this.#button(row).focus({ preventScroll: true });
  }

  #button(row: HTMLTableRowElement): HTMLButtonElement {
    return row.querySelector('button.open') as HTMLButtonElement;
  }

  #addButton(row: HTMLTableRowElement, layer: number): void {
    const name = row.querySelector('.name') as HTMLElement;
    const button = make('button', { type: 'button', class: 'open', 'aria-expanded': 'false' });
    name.replaceWith(button);
    button.append(name);
    button.addEventListener('click', () => this.#toggle(layer));
  }

  #sort(key: string, direction: Direction): void {
    const rows = sorted(this.#data.layers, key, direction).flatMap((layer) => {
      const details = this.#open.get(layer)?.row;
      return details ? [this.#rows[layer], details] : [this.#rows[layer]];
    });
    this.#body.append(...rows);
  }

  #filter(): void {
    const wanted = part<HTMLInputElement>('filter').value.trim().toLowerCase();
    const runsIn = part<HTMLSelectElement>('runs-in').value;
    let shown = 0;
    for (const [i, { op, type, tensorName, int8 }] of this.#data.layers.entries()) {
      const fits =
        (runsIn === '' || (runsIn === 'int8') === int8) &&
        [op, type, tensorName].some((text) => text.toLowerCase().includes(wanted));
      this.#rows[i].hidden = !fits;
      const details = this.#open.get(i);
      if (details) details.row.hidden = !fits;
      if (fits) shown += 1;
    }
    const total = this.#rows.length;
    part('shown').textContent = shown === total ? `${total} layers` : `${shown} of ${total} layers`;
  }

  #toggle(layer: number): void {
    const row = this.#rows[layer];
    const button = this.#button(row);
    const open = this.#open.get(layer);
    if (open) {
      open.details.remove();
      open.row.remove();
      this.#open.delete(layer);
      button.setAttribute('aria-expanded', 'false');
      button.removeAttribute('aria-controls');
      return;
    }
    const details = layerDetails(this.#data, this.#data.layers[layer]);
    const id = `details-${layer}`;
    const cell = make('td', { colspan: String(row.cells.length) }, details.element);
    const detailsRow = make('tr', { id, class: 'details' }, cell);
    row.after(detailsRow);
    details.draw();
    this.#open.set(layer, { row: detailsRow, details });
    button.setAttribute('aria-expanded', 'true');
    button.setAttribute('aria-controls', id);
  }
}
