import {
  createPlan,
  elementCount,
  type Graph,
  type GraphNode,
  Program,
  planNodes,
  type TensorBackend,
} from '@mnnquant/graph';
import { conformanceCases, forgetting, smallNetwork, usualSizeCases } from '@mnnquant/graph/conformance';
import { describe, expect, it, test } from 'vitest';
import { KERNELS } from '../src/kernels/table.ts';
import type { CpuBackend } from '../src/node.ts';
import { inProcess, poolOf, workerBackend } from './support/in-process.ts';
import { randomFloats } from './support/random.ts';

const CASES = [...conformanceCases(), ...usualSizeCases()];

/** A backend that says which nodes are bound. */
function watched(backend: TensorBackend, bound: Set<GraphNode>): TensorBackend {
  return new Proxy(backend, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      if (key !== 'bind') return value.bind(target);
      return (...given: Parameters<TensorBackend['bind']>) => {
        bound.add(given[0]);
        return value.apply(target, given);
      };
    },
  });
}

const useOf = ({ memoryUse: { used, blocks } }: CpuBackend) => ({ used, blocks });

interface Growth {
  readonly op: string;
  readonly title: string;
  /** Bytes that a second run of the case took, and that were left when its nodes were forgotten. */
  readonly taken: number;
  readonly left: number;
}

async function growths(backend: TensorBackend, workers: readonly CpuBackend[]): Promise<Growth[]> {
  const used = () => workers.reduce((sum, worker) => sum + worker.memoryUse.used, 0);
  const result: Growth[] = [];
  for (const { op, title, run } of CASES) {
    if (!KERNELS.has(op)) continue;
    const once = async (): Promise<number> => {
      const bound = new Set<GraphNode>();
      await run(watched(backend, bound));
      await settled(backend);
      const taken = used();
      backend.forget!(bound);
      await settled(backend);
      return taken;
    };
    await once();
    const before = used();
    const taken = await once();
    result.push({ op, title, taken: taken - before, left: used() - before });
  }
  return result;
}

/** All that was queued is done. */
async function settled(backend: TensorBackend): Promise<void> {
  const one = { shape: [1], dtype: 'float32', layout: 'NCHW' } as const;
  for (let sample = 0; sample < (backend.concurrency ?? 1); sample++) {
    const tensor = backend.allocate(one, sample);
    backend.upload(tensor, new Float32Array(1));
    await backend.range(tensor);
    backend.free(tensor);
    // Only what somebody waits for is sent.
    const other = backend.allocate(one, sample);
    await backend.download(other);
    backend.free(other);
  }
}

/** The ops whose kernels keep something of a node. */
const KEEPING = [
  'BatchNorm',
  'Convolution',
  'ConvolutionDepthwise',
  'Deconvolution',
  'DeconvolutionDepthwise',
  'Int8BinaryOp',
  'Int8Convolution',
  'Int8ConvolutionDepthwise',
  'Int8PReLU',
  'Int8ReLU',
  'Int8Scale',
  'Int8UnaryOp',
  'LayerNorm',
  'PReLU',
  'Pooling',
  'Pooling3D',
  'ReLU',
  'Scale',
];

async function pooled(count: number): Promise<{ backend: TensorBackend; workers: CpuBackend[] }> {
  const workers = await Promise.all(Array.from({ length: count }, workerBackend));
  const channels = await Promise.all(workers.map((one) => inProcess(undefined, undefined, one)));
  return { backend: poolOf(channels), workers };
}

async function alone(): Promise<{ backend: TensorBackend; workers: CpuBackend[] }> {
  const backend = await workerBackend();
  return { backend, workers: [backend] };
}

const BACKENDS = [
  ['one thread', alone],
  ['a pool', () => pooled(2)],
] as const;

describe.each(BACKENDS)('what is kept of nodes: %s', (_, create) => {
  test('is free when they are forgotten, whatever the kernel', async () => {
    const { backend, workers } = await create();
    const seen = await growths(backend, workers);
    expect(seen.filter(({ left }) => left !== 0)).toEqual([]);
    const keeping = seen.filter(({ taken }) => taken > 0).map(({ op }) => op);
    expect([...new Set(keeping)].sort()).toEqual(KEEPING);
  });

  it('is there again when they are bound again, with the same results', async () => {
    const [{ backend }, { backend: other }] = [await create(), await create()];
    const wrong: string[] = [];
    for (const { op, title, run } of CASES) {
      const [expected, again] = [await run(other), await run(forgetting(backend))];
      if (JSON.stringify(again) !== JSON.stringify(expected)) wrong.push(`${op}: ${title}`);
    }
    expect(wrong).toEqual([]);
  });
});

const SIZES = [20, 12];
const planFor = (graph: Graph, size: number) => createPlan(graph, new Map([['x', [1, 3, size, size]]]));
const sampleFor = (size: number) => new Map([['x', randomFloats(elementCount([1, 3, size, size]), size)]]);

describe.each(BACKENDS)('programs: %s', (_, create) => {
  it('leave nothing behind when they forget, however many networks there are', async () => {
    const { backend, workers } = await create();
    const uses: unknown[] = [];
    const results: unknown[] = [];
    for (let round = 0; round < 6; round++) {
      const graph = smallNetwork();
      for (const size of SIZES) {
        const program = new Program(planFor(graph, size), backend);
        results.push(await program.run([sampleFor(size), sampleFor(size), sampleFor(size)]));
        program.dispose({ forget: true });
      }
      await settled(backend);
      uses.push(workers.map(useOf));
    }
    // The first time what stays is made: working memory, and descriptions of windows.
    for (const use of uses) expect(use).toEqual(uses[0]);
    for (let i = 2; i < results.length; i++) expect(results[i]).toEqual(results[i % 2]);
  });

  it('keep what the next one wants when they do not', async () => {
    const { backend, workers } = await create();
    const graph = smallNetwork();
    const use = async (forget: boolean) => {
      const program = new Program(planFor(graph, 12), backend);
      await program.run([sampleFor(12), sampleFor(12)]);
      program.dispose({ forget });
      await settled(backend);
      return workers.reduce((sum, worker) => sum + worker.memoryUse.used, 0);
    };
    const kept = await use(false);
    expect(await use(false)).toBe(kept);
    expect(await use(true)).toBeLessThan(kept - workers.length * 4 * (10 * 27 + 10 * 9 + 7 * 10));
    expect(await use(false)).toBe(kept);
  });

  it('that share forgotten nodes say so instead of computing anything', async () => {
    const { backend } = await create();
    const graph = smallNetwork();
    const [one, other] = SIZES.map((size) => new Program(planFor(graph, size), backend));
    await other!.run([sampleFor(SIZES[1]!)]);
    one!.dispose({ forget: true });
    await expect(other!.run([sampleFor(SIZES[1]!)])).rejects.toThrow(
      /sample 0: .*the node was forgotten since; bind it again/,
    );
    other!.dispose();
    const third = new Program(planFor(graph, SIZES[1]!), backend);
    expect(await third.run([sampleFor(SIZES[1]!)])).toHaveLength(1);
  });
});

describe('the pool', () => {
  it('forgets a node behind its runs that are still queued', async () => {
    const { backend, workers } = await pooled(1);
    const plan = planFor(smallNetwork(), 12);
    const [step] = plan.steps;
    const [from, to] = [backend.allocate(step!.inputs[0]!, 0), backend.allocate(step!.outputs[0]!, 0)];
    backend.upload(from, sampleFor(12).get('x')!);
    const run = () => backend.bind(step!.node, step!.inputs, step!.outputs)!([from], [to]);
    await run();
    const first = await backend.download(to);
    const queued = [];
    for (let i = 0; i < 3; i++) {
      backend.forget!([step!.node]);
      queued.push(run());
    }
    backend.forget!([step!.node]);
    await Promise.all(queued);
    expect(await backend.download(to)).toEqual(first);
    const after = useOf(workers[0]!);
    // That it is forgotten twice, or was never bound, changes nothing.
    backend.forget!(planNodes(plan));
    await backend.download(to);
    expect(useOf(workers[0]!)).toEqual(after);
  });

  it('and one thread have nothing to forget when they were disposed', async () => {
    for (const [, create] of BACKENDS) {
      const { backend } = await create();
      const plan = planFor(smallNetwork(), 12);
      const program = new Program(plan, backend);
      await program.run([sampleFor(12)]);
      await backend.dispose();
      expect(() => backend.forget!(planNodes(plan))).not.toThrow();
    }
  });
});
