// Runs in Chromium: what the tests call from outside.
import { createPlan, elementCount, Program } from '@mnnquant/graph';
import { conformanceCases, smallNetwork, statisticsCases, usualSizeCases } from '@mnnquant/graph/conformance';
import { createGpuBackend, type GpuMode } from '../../src/index.ts';

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
    const ops = [...conformanceCases(), ...usualSizeCases()].map((item) => ({
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
  /** GL's objects that are alive, and bytes in use, after each of some rounds of `samples` samples of a network. */
  async glObjects(samples: number): Promise<{ readonly objects: Live; readonly used: number }[]> {
    const live = countObjects();
    const backend = await createGpuBackend({ mode: 'webgl2' });
    const shape = [1, 3, 12, 12];
    const program = new Program(createPlan(smallNetwork(), new Map([['x', shape]])), backend, {
      strict: true,
    });
    const sample = new Map([['x', new Float32Array(elementCount(shape)).map((_, i) => Math.sin(i))]]);
    const rounds: { objects: Live; used: number }[] = [];
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < samples; i += 8) await program.run(Array.from({ length: 8 }, () => sample));
      // Frees take effect in their turn.
      await backend.download(backend.allocate({ shape: [0], dtype: 'float32', layout: 'NCHW' }));
      rounds.push({ objects: { ...live }, used: backend.memoryUse.used });
    }
    program.dispose();
    await backend.dispose();
    return rounds;
  },
};

type Live = Record<(typeof OBJECTS)[number], number>;
const OBJECTS = ['Texture', 'Buffer', 'Framebuffer', 'Program', 'Shader', 'VertexArray'] as const;

/** Counts what GL contexts make and delete from now on. */
function countObjects(): Live {
  const live = Object.fromEntries(OBJECTS.map((kind) => [kind, 0])) as Live;
  const context = WebGL2RenderingContext.prototype as unknown as Record<
    string,
    (object?: unknown) => unknown
  >;
  for (const kind of OBJECTS) {
    for (const [verb, step] of [
      ['create', 1],
      ['delete', -1],
    ] as const) {
      const own = context[`${verb}${kind}`];
      context[`${verb}${kind}`] = function (this: unknown, object?: unknown) {
        if (verb === 'create' || object) live[kind] += step;
        return own.call(this, object);
      };
    }
  }
  return live;
}

export type PageJobs = typeof jobs;

Object.assign(window, { jobs });
document.getElementById('output')!.textContent = 'ready';
