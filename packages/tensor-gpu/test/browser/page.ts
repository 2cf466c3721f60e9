// Runs in Chromium: what the tests call from outside.
import { conformanceCases, statisticsCases } from '@mnnquant/graph/conformance';
import { createGpuBackend, type GpuMode } from '../../src/index.ts';
import { firstDifference, runBoth } from '../support/against-reference.ts';
import { elementCases } from '../support/element-cases.ts';
import { LONG_MOVES } from '../support/long-moves.ts';
import { errorOf } from '../support/op-run.ts';
import { allRuns } from '../support/usual-runs.ts';

export interface CaseOutcome {
  readonly name: string;
  readonly hasKernel: boolean;
  readonly exactWhereNeeded?: boolean;
  readonly relativeError?: number;
  readonly error?: string;
}

const jobs = {
  async describe(mode: GpuMode) {
    const backend = await createGpuBackend({ mode });
    const { name, device, limits } = backend;
    await backend.dispose();
    return { name, device, limits };
  },
  async conformance(mode: GpuMode): Promise<CaseOutcome[]> {
    const backend = await createGpuBackend({ mode });
    const outcomes: CaseOutcome[] = [];
    const ops = [...conformanceCases(), ...elementCases()].map((item) => ({
      name: `${item.op}: ${item.title}`,
      item,
    }));
    const looks = statisticsCases().map((item) => ({ name: item.title, item }));
    for (const { name, item } of [...ops, ...looks]) {
      try {
        const result = await item.run(backend);
        outcomes.push({ name, hasKernel: result !== undefined, ...result });
      } catch (error) {
        outcomes.push({ name, hasKernel: true, error: String(error) });
      }
    }
    await backend.dispose();
    return outcomes;
  },
  /** Relative errors of ops in usual sizes, or what went wrong. */
  async usualRuns(mode: GpuMode): Promise<{ readonly title: string; readonly error: number | string }[]> {
    const backend = await createGpuBackend({ mode });
    const outcomes: { title: string; error: number | string }[] = [];
    for (const [title, run] of allRuns())
      outcomes.push({ title, error: await errorOf(backend, run).catch(String) });
    await backend.dispose();
    return outcomes;
  },
  /** What differs from the reference, by op. */
  async longMoves(mode: GpuMode): Promise<string[]> {
    const backend = await createGpuBackend({ mode });
    const differences: string[] = [];
    for (const item of LONG_MOVES) {
      const { expected, actual } = await runBoth(backend, item);
      const difference = firstDifference(expected, actual);
      if (difference !== undefined) differences.push(`${item.op}: ${difference}`);
    }
    await backend.dispose();
    return differences;
  },
};

export type PageJobs = typeof jobs;

Object.assign(window, { jobs });
document.getElementById('output')!.textContent = 'ready';
