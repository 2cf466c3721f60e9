import type { ExecutionPlan, TensorBackend } from '@mnnquant/graph';
import type { Config } from '../config/schema.ts';
import { messageOf, QuantizeError, UsageError } from '../errors.ts';
import type { CheckedOptions } from '../options.ts';
import { isWorthGpu, threadsFor } from '../threads.ts';
import { findGpuPackage, GPU_PACKAGE, versionProblem } from './gpu-package.ts';
import { isGpu } from './names.ts';
import { type BackendOutcome, findingText, type GpuFinding } from './outcome.ts';
import { startAhead } from './start-ahead.ts';

/** What computes, and how it came to that. */
export interface ChosenBackend {
  readonly backend: TensorBackend;
  readonly outcome: BackendOutcome;
}

/** A backend that is chosen once the work is known. */
export interface BackendChoice {
  /** @param samples how many there are at most */
  get(plan: ExecutionPlan, samples: number): Promise<ChosenBackend>;
  /** Ends whatever was started. */
  dispose(): Promise<void>;
}

/** What a search for a GPU brought. */
interface Search {
  readonly backend?: TensorBackend;
  readonly why?: string;
  readonly gpuPackage?: string;
  readonly findings?: readonly GpuFinding[];
}

/** Starts what will probably be needed while the model is read: workers, or the GPU that was asked for. */
export function startBackend(options: CheckedOptions, config: Config): BackendChoice {
  return isGpu(options.backend) ? explicitGpu(options) : workersOrGpu(options, config);
}

function explicitGpu(options: CheckedOptions): BackendChoice {
  const search = askedForGpu(options);
  // Whoever asks is told.
  search.catch(() => {});
  return {
    async get() {
      const found = await search;
      return chosen(options, found, found.backend!);
    },
    async dispose() {
      await (await search.catch(() => undefined))?.backend?.dispose();
    },
  };
}

function workersOrGpu(options: CheckedOptions, config: Config): BackendChoice {
  const ahead = startAhead(options, config);
  let gpu: TensorBackend | undefined;
  return {
    async get(plan, samples) {
      const found = options.backend === 'auto' ? await gpuThatPays(plan, samples) : {};
      gpu = found.backend;
      if (gpu !== undefined) await ahead.dispose();
      return chosen(options, found, gpu ?? (await ahead.get(threadsFor(options.threads, plan, samples))));
    },
    async dispose() {
      await ahead.dispose();
      await gpu?.dispose();
    },
  };
}

function chosen(
  { backend: asked, fastMath = false }: CheckedOptions,
  { why, gpuPackage, findings }: Search,
  backend: TensorBackend,
): ChosenBackend {
  const { name, device } = backend;
  const reproducible = name === 'cpu' && !fastMath;
  const found = { ...(gpuPackage && { gpuPackage }), ...(findings && { findings }) };
  return { backend, outcome: { name, device, asked, reproducible, ...(why && { why }), ...found } };
}

/**
 * @throws {UsageError} without the package
 * @throws {QuantizeError} with all findings where no GPU can be used
 */
async function askedForGpu({ backend: asked }: CheckedOptions): Promise<Search> {
  const found = findGpuPackage(true);
  if (found === undefined)
    throw new UsageError(`--backend ${asked} needs the package ${GPU_PACKAGE}: npm i ${GPU_PACKAGE}`);
  const problem = versionProblem(found);
  if (problem !== undefined) throw new UsageError(`--backend ${asked}: ${problem}`);
  const { findGpuBackend } = await found.load();
  const mode = asked.split(':')[1] as 'webgpu' | 'headlessgl' | undefined;
  const { backend, findings } = await findGpuBackend({ ...(mode && { modes: [mode] }), allowSoftware: true });
  if (backend !== undefined) return { backend, gpuPackage: found.version, findings };
  const lines = findings.map((finding) => `  ${findingText(finding)}`);
  throw new QuantizeError([`--backend ${asked}: no GPU can be used here:`, ...lines].join('\n'));
}

/** A real GPU that computes right, where there is work enough for one. */
async function gpuThatPays(plan: ExecutionPlan, samples: number): Promise<Search> {
  const found = findGpuPackage(false);
  if (found === undefined) return { why: `the package ${GPU_PACKAGE} is not installed beside the command` };
  const gpuPackage = found.version;
  if (!isWorthGpu(plan, samples))
    return { gpuPackage, why: 'so little work is done before a GPU would be ready' };
  const problem = versionProblem(found);
  if (problem !== undefined) return { gpuPackage, why: problem };
  try {
    const { findGpuBackend } = await found.load();
    const { backend, findings } = await findGpuBackend({ quiet: true });
    if (backend !== undefined) return { backend, gpuPackage, findings };
    return { gpuPackage, findings, why: findings.map(findingText).join('; ') };
  } catch (error) {
    return { gpuPackage, why: `${GPU_PACKAGE} cannot be used: ${messageOf(error)}` };
  }
}
