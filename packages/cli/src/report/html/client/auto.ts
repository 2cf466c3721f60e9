import type { ReportAuto } from '../../auto-schema.ts';
import { startAutoChart } from './auto-chart.ts';
import { revealTrial, startTrialTable } from './trial-table.ts';

/** The search for settings: its table and its chart. */
export function startAuto(auto: ReportAuto): void {
  startTrialTable(auto);
  startAutoChart(auto, revealTrial);
}
