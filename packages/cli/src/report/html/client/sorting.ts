import type { Direction } from '../columns.ts';
import { make } from './dom.ts';

/** What sorting has to know of a column. */
interface Sortable {
  readonly key: string;
  /** The direction of the first press. */
  readonly first: Direction;
}

export interface SortingParts<Column extends Sortable> {
  readonly table: HTMLTableElement;
  /** Chooses a column where headers have no room. */
  readonly select: HTMLSelectElement;
  readonly columns: readonly Column[];
  /** By which the rows are sorted at first, upwards. */
  readonly sortedBy: string;
  /** Puts the rows in that order. */
  sort(column: Column, direction: Direction): void;
}

/** Lets a table be sorted by its headers, the same one again for the other direction, and by a select. */
export class Sorting<Column extends Sortable> {
  readonly #parts: SortingParts<Column>;
  readonly #headers: ReadonlyMap<string, HTMLTableCellElement>;
  #key: string;
  #direction: Direction = 'ascending';

  constructor(parts: SortingParts<Column>) {
    const { table, select, columns, sortedBy } = parts;
    this.#parts = parts;
    this.#key = sortedBy;
    const headers = [...table.querySelectorAll<HTMLTableCellElement>('th[data-key]')];
    this.#headers = new Map(headers.map((header) => [header.dataset.key!, header]));
    for (const column of columns) this.#addButton(column);
    select.addEventListener('change', () => {
      const column = columns.find(({ key }) => key === select.value)!;
      this.#sort(column, column.first);
    });
  }

  #addButton(column: Column): void {
    const header = this.#headers.get(column.key)!;
    const button = make('button', { type: 'button', class: 'sort', title: header.title });
    button.append(...header.childNodes);
    header.removeAttribute('title');
    header.append(button);
    button.addEventListener('click', () => {
      const opposite = this.#direction === 'ascending' ? 'descending' : 'ascending';
      this.#sort(column, column.key === this.#key ? opposite : column.first);
    });
  }

  #sort(column: Column, direction: Direction): void {
    this.#mark(this.#key, undefined);
    this.#key = column.key;
    this.#direction = direction;
    this.#mark(column.key, direction);
    this.#parts.select.value = column.key;
    this.#parts.sort(column, direction);
  }

  /** The cells as well: a column that is left out where there is little room can be shown while it sorts. */
  #mark(key: string, direction: Direction | undefined): void {
    const header = this.#headers.get(key)!;
    if (direction === undefined) header.removeAttribute('aria-sort');
    else header.setAttribute('aria-sort', direction);
    const { rows } = this.#parts.table.tBodies[0]!;
    for (const cell of [header, ...[...rows].map(({ cells }) => cells[header.cellIndex])])
      cell?.classList.toggle('sorted', direction !== undefined);
  }
}
