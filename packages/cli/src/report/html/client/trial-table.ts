import type { ReportAuto } from '../../auto-schema.ts';
import type { Direction } from '../columns.ts';
import {
  DEFAULT_TRIAL_SORT,
  sortedTrials,
  type TrialColumn,
  type TrialRow,
  trialColumns,
  trialRows,
} from '../trial-columns.ts';
import { make, part, scrollBehavior } from './dom.ts';

/** The table of what was tried: sorts the rows of the page. */
export class TrialTable {
  readonly #rows: readonly TrialRow[];
  readonly #body: HTMLTableSectionElement;
  readonly #headers: readonly HTMLTableCellElement[];
  #key = DEFAULT_TRIAL_SORT;
  #direction: Direction = 'ascending';

  constructor(auto: ReportAuto) {
    const table = part<HTMLTableElement>('trial-table');
    this.#rows = trialRows(auto);
    this.#body = table.tBodies[0]!;
    this.#headers = [...table.querySelectorAll<HTMLTableCellElement>('th[data-key]')];
    const columns = trialColumns(auto);
    for (const [i, header] of this.#headers.entries()) this.#addSorting(header, columns[i]!);
  }

  /** Goes to a trial's row. */
  reveal(trial: number): void {
    const row = part(`trial-${trial}`);
    row.scrollIntoView({ block: 'center', behavior: scrollBehavior() });
    row.focus({ preventScroll: true });
  }

  #addSorting(header: HTMLTableCellElement, column: TrialColumn): void {
    const button = make('button', { type: 'button', class: 'sort', title: header.title });
    button.append(...header.childNodes);
    header.removeAttribute('title');
    header.append(button);
    button.addEventListener('click', () => {
      const opposite = this.#direction === 'ascending' ? 'descending' : 'ascending';
      this.#sort(header, column, column.key === this.#key ? opposite : column.first);
    });
  }

  #sort(header: HTMLTableCellElement, column: TrialColumn, direction: Direction): void {
    this.#key = column.key;
    this.#direction = direction;
    for (const other of this.#headers) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', direction);
    this.#body.append(...sortedTrials(this.#rows, column, direction).map((trial) => part(`trial-${trial}`)));
  }
}
