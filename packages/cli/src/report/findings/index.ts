import type { Report, ReportFinding } from '../schema.ts';
import { autoFindings } from './auto.ts';
import { layerFindings } from './layers.ts';
import { outputFindings } from './outputs.ts';
import { quantizedFindings } from './quantized.ts';
import { sampleFindings } from './samples.ts';
import { scaleFindings } from './scales.ts';
import { weightFindings } from './weights.ts';

/** In the order of what they explain: first whether it works at all, then where, then why. */
const TOPICS: readonly ((report: Report) => ReportFinding[])[] = [
  quantizedFindings,
  autoFindings,
  outputFindings,
  layerFindings,
  scaleFindings,
  weightFindings,
  sampleFindings,
];

const LEVELS: Readonly<Record<ReportFinding['level'], number>> = { problem: 0, warning: 1, note: 2 };

/** What a person should know of a report, the most important first. Depends on the report's data alone. */
export function findingsOf(report: Report): ReportFinding[] {
  return TOPICS.flatMap((topic) => topic(report)).sort((a, b) => LEVELS[a.level] - LEVELS[b.level]);
}
