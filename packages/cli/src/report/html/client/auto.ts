import type { ReportAuto } from '../../auto-schema.ts';
import { startAutoChart } from './auto-chart.ts';
import { TrialTable } from './trial-table.ts';

/** The search for settings: its table and its chart. */
export function startAuto(auto: ReportAuto): void {
  const table = new TrialTable(auto);
  startAutoChart(auto, (trial) => table.reveal(trial));
}
