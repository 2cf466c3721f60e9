import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createReferenceBackend, type TensorBackend } from '@mnnquant/graph';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ConvertedCase, judge, type Outcome, readCases } from './converted-ops.ts';
import { explained, REFUSED_OPS, WRONG_IN_MNN, WRONG_MODEL } from './converted-ops-explained.ts';
import { describeWithMnn } from './environment.ts';
import { pythonScript, runPython } from './oracle.ts';

/** To look at the cases: a folder that `onnx_cases.py` filled. */
const GIVEN = process.env.MNNQUANT_ONNX_CASES;
/** onnx 1.23 gives 1070 cases that MNN 3.6.1 converts and answers. */
const LEAST_ANSWERED = 1000;

describeWithMnn('every op of ONNX, as MNN converts it', ({ python }) => {
  const folder = GIVEN ?? mkdtempSync(join(tmpdir(), 'mnnquant-onnx-'));
  let backends: TensorBackend[] = [];
  beforeAll(async () => {
    if (GIVEN === undefined) runPython(python, [pythonScript('onnx_cases.py'), folder]);
    backends = [createReferenceBackend(), await createCpuBackend()];
  });
  afterAll(async () => {
    for (const backend of backends) await backend.dispose();
    if (GIVEN === undefined) rmSync(folder, { recursive: true });
  });

  it('answers as MNN does', async () => {
    const lines: string[] = [];
    const counts = new Map<string, number>();
    for (const item of readCases(folder)) {
      // Throws where an error is none that a user could act on.
      const outcome = item.model === undefined ? undefined : await judge(folder, item, backends);
      const kind = outcome ? `${item.status}, ${outcome.kind}` : item.status;
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (outcome && item.status === 'answered' && !isExplained(item, outcome))
        lines.push(`${item.name} (${item.ops}): ${outcome.kind}: ${detail(outcome)}`);
    }
    console.log([...counts].map(([kind, count]) => `${count} ${kind}`).join('\n'));
    expect(lines).toEqual([]);
    expect(counts.get('answered, as MNN')).toBeGreaterThan(LEAST_ANSWERED);
  });
});

function isExplained({ name }: ConvertedCase, outcome: Outcome): boolean {
  switch (outcome.kind) {
    case 'as MNN':
      return true;
    case 'as ONNX':
      return explained(WRONG_IN_MNN, name);
    case 'unsupported':
      return outcome.types.every((type) => REFUSED_OPS.has(type));
    default:
      return explained(WRONG_MODEL, name);
  }
}

function detail(outcome: Outcome): string {
  if (outcome.kind === 'as MNN') return '';
  return outcome.kind === 'unsupported' ? outcome.types.join(', ') : outcome.problem;
}
