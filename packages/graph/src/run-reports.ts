import type { RunReport } from './program.ts';

/** Of several runs together. Every shape may bind other kernels: the largest number of each op. */
export function joinedReports(reports: readonly RunReport[]): RunReport {
  const most = (key: 'kernels' | 'fallbacks'): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const report of reports)
      for (const [op, count] of report[key]) counts.set(op, Math.max(count, counts.get(op) ?? 0));
    return counts;
  };
  return { kernels: most('kernels'), fallbacks: most('fallbacks') };
}
