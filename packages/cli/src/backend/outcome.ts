import type { BackendName } from './names.ts';

/** What was found out about a way to compute on a GPU here. */
export interface GpuFinding {
  readonly mode: string;
  /** The adapter in words, where there is one. */
  readonly device?: string;
  /** Whether that is computed in software; absent where it cannot be known. */
  readonly isSoftware?: boolean;
  /** Why it was not taken, in words. */
  readonly problem?: string;
}

/** What computed, and why that. */
export interface BackendOutcome {
  /** `cpu`, `gpu:webgpu`. */
  readonly name: string;
  /** In words. */
  readonly device: string;
  readonly asked: BackendName;
  /** Whether every machine gives the same bytes; with a GPU or `fastMath` the last bits may differ. */
  readonly reproducible: boolean;
  /** Where `auto` took the CPU: why. */
  readonly why?: string;
  /** The version of the package @mnnquant/tensor-gpu, where it was looked for and is installed. */
  readonly gpuPackage?: string;
  /** Of each mode of the GPU that was tried. */
  readonly findings?: readonly GpuFinding[];
}

/** One line for a person; none where nobody asked for a GPU or could have had one. */
export function backendLines({ name, asked, why, gpuPackage, findings = [] }: BackendOutcome): string[] {
  if (name !== 'cpu') {
    const choice = asked === 'auto' ? ', as there is a GPU' : '';
    // The finding of the mode that was taken is the last.
    const software = findings.at(-1)?.isSoftware ? ', computed in software, which --backend cpu outruns' : '';
    return [
      `Backend     ${name}${choice}${software}; the last bits of the result depend on the GPU and its driver`,
    ];
  }
  if (why === undefined || gpuPackage === undefined) return [];
  return [`Backend     cpu, not the GPU: ${why}`];
}

export function findingText({ mode, device, problem = 'works' }: GpuFinding): string {
  return [mode, device, problem].filter((part) => part !== undefined).join(': ');
}
