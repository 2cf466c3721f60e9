import { createReferenceBackend, type TensorBackend } from '@mnnquant/graph';
import type { GpuMode } from './device/gpu-device.ts';
import type { GpuBackend } from './gpu-backend.ts';
import { checkBackend } from './self-check.ts';

/** What was found out about a way to compute on a GPU here. */
export interface GpuFinding {
  readonly mode: GpuMode;
  /** The adapter in words, where there is one. */
  readonly device?: string;
  /** Whether that is computed in software; absent where it cannot be known. */
  readonly isSoftware?: boolean;
  /** Why it was not taken, in words. */
  readonly problem?: string;
}

export interface GpuSearch {
  /** Tried in this order; all that can be had here if absent. */
  readonly modes?: readonly GpuMode[];
  /** Take an adapter that is computed in software, or may be: that is slower than the CPU backend. */
  readonly allowSoftware?: boolean;
  /** Whose numbers are right in the self-check; the plain reference if absent. */
  readonly reference?: TensorBackend;
}

export interface FoundGpu {
  /** Absent where no mode can be taken. */
  readonly backend?: GpuBackend;
  /** One for each mode that was tried. */
  readonly findings: readonly GpuFinding[];
}

/**
 * The first mode whose adapter is a real one and which agrees with the reference on a small convolution, ranges and a
 * histogram.
 *
 * @param create throws where the mode cannot be had, and says why
 */
export async function findBackend(
  create: (mode: GpuMode) => Promise<GpuBackend>,
  {
    modes,
    allowSoftware = false,
    reference = createReferenceBackend(),
  }: GpuSearch & { readonly modes: readonly GpuMode[] },
): Promise<FoundGpu> {
  const findings: GpuFinding[] = [];
  for (const mode of modes) {
    const { backend, finding } = await tryMode(create, mode);
    if (backend === undefined) {
      findings.push(finding);
      continue;
    }
    const problem =
      (allowSoftware ? undefined : softwareProblem(backend)) ?? (await checkProblem(backend, reference));
    if (problem === undefined) return { backend, findings: [...findings, finding] };
    findings.push({ ...finding, problem });
    await backend.dispose();
  }
  return { findings };
}

async function tryMode(
  create: (mode: GpuMode) => Promise<GpuBackend>,
  mode: GpuMode,
): Promise<{ backend?: GpuBackend; finding: GpuFinding }> {
  try {
    const backend = await create(mode);
    const { description: device, isSoftware } = backend;
    return { backend, finding: { mode, device, ...(isSoftware !== undefined && { isSoftware }) } };
  } catch (error) {
    return { finding: { mode, problem: messageOf(error) } };
  }
}

function softwareProblem({ isSoftware }: GpuBackend): string | undefined {
  if (isSoftware === false) return undefined;
  return isSoftware ? 'computed in software' : 'does not tell whether it is computed in software';
}

/** What the check finds, or throws, as when the device runs out of memory. */
async function checkProblem(backend: TensorBackend, reference: TensorBackend): Promise<string | undefined> {
  try {
    const difference = await checkBackend(backend, reference);
    return difference && `does not compute right: ${difference}`;
  } catch (error) {
    return `the self-check failed: ${messageOf(error)}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
