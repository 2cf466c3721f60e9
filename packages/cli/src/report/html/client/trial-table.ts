import type { ReportAuto } from '../../auto-schema.ts';
import { DEFAULT_TRIAL_SORT, sortedTrials, trialColumns, trialRows } from '../trial-columns.ts';
import { part, scrollBehavior } from './dom.ts';
import { Sorting } from './sorting.ts';

/** Lets the table of what was tried be sorted: the rows of the page in another order. */
export function startTrialTable(auto: ReportAuto): void {
  const table = part<HTMLTableElement>('trial-table');
  const rows = trialRows(auto);
  new Sorting({
    table,
    select: part('sort-trials-by'),
    columns: trialColumns(auto),
    sortedBy: DEFAULT_TRIAL_SORT,
    sort: (column, direction) =>
      table.tBodies[0]!.append(
        ...sortedTrials(rows, column, direction).map((trial) => part(`trial-${trial}`)),
      ),
  });
}

/** Goes to a trial's row. */
export function revealTrial(trial: number): void {
  const row = part(`trial-${trial}`);
  row.scrollIntoView({ block: 'center', behavior: scrollBehavior() });
  row.focus({ preventScroll: true });
}
