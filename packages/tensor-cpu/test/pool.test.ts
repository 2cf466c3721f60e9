import {
  createPlan,
  elementCount,
  execute,
  GraphError,
  type Observation,
  type ObservationKind,
  observe,
  peakActivationBytes,
  type Sample,
  type TensorBackend,
  ValueBuckets,
} from '@mnnquant/graph';
import { conformanceCases, smallNetwork } from '@mnnquant/graph/conformance';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createCpuBackend, createThreadedBackend, loadKernels } from '../src/node.ts';
import type { Channel } from '../src/pool/channel.ts';
import type { Batch, Maximum } from '../src/pool/protocol.ts';
import { startWorker } from '../src/worker-channel.ts';
import { inProcess, MEMORY, poolOf } from './support/in-process.ts';
import { randomFloats } from './support/random.ts';

const SIZE = [1, 3, 24, 20];
const plan = createPlan(smallNetwork(), new Map([['x', SIZE]]));
const COUNT = 7;
const HISTOGRAM: ObservationKind = { kind: 'histogram', bins: 64, skipBelow: 1e-6 };

function sample(seed: number): Sample {
  return new Map([['x', randomFloats(elementCount(SIZE), seed)]]);
}

function observation(
  backend: TensorBackend,
  collect: ObservationKind,
  samplesAtOnce: number,
): Promise<Observation> {
  return observe(
    {
      runs: [{ plan, samples: Array.from({ length: COUNT }, (_, i) => i) }],
      load: async (index) => sample(index + 1),
      name: (index) => `photo ${index}`,
      tensors: plan.steps.map(({ node }) => node.outputs[0]),
      collect,
      memoryBudgetBytes: peakActivationBytes(plan, samplesAtOnce, backend.concurrency),
    },
    backend,
  );
}

/** As text, since buckets keep what they know to themselves. */
function listed({ tensors }: Observation): string {
  return JSON.stringify(
    [...tensors].map(([id, { range, values }]) => [
      id,
      range,
      values instanceof ValueBuckets ? [...values] : [...values],
    ]),
  );
}

/** By number of threads. */
const backends = new Map<number, TensorBackend>();
beforeAll(async () => {
  for (const threads of [1, 2, 4])
    backends.set(threads, await createThreadedBackend({ threads, maxMemoryBytes: MEMORY }));
});
afterAll(async () => {
  for (const backend of backends.values()) await backend.dispose();
});

describe('every case of every op', () => {
  for (const item of conformanceCases())
    test(`${item.op}: ${item.title}`, async () => {
      expect(await item.run(backends.get(2)!)).toEqual(await item.run(backends.get(1)!));
    });
});

describe('the same statistics', () => {
  const kinds: readonly ObservationKind[] = [HISTOGRAM, { kind: 'buckets' }];
  it.each(kinds)('for 1, 2, 4 threads, and however many samples fit the memory: $kind', async (kind) => {
    const expected = listed(await observation(backends.get(1)!, kind, COUNT));
    for (const backend of backends.values())
      for (const atOnce of [1, 3, COUNT]) {
        const seen = await observation(backend, kind, atOnce);
        expect(seen.samplesAtOnce).toBe(atOnce);
        expect(listed(seen)).toBe(expected);
      }
  });
});

describe('a network on several threads', () => {
  const samples = Array.from({ length: 5 }, (_, i) => sample(i + 1));
  const outputs = async (threads: number) => (await execute(plan, backends.get(threads)!, samples)).outputs;

  it('has the same outputs, in the order of the samples', async () => {
    const expected = await outputs(1);
    expect(await outputs(2)).toEqual(expected);
    expect(await outputs(4)).toEqual(expected);
  });

  it('says what runs it', () => {
    const { name, device, concurrency } = backends.get(4)!;
    expect([name, device, concurrency]).toEqual(['cpu', 'WebAssembly SIMD, 4 threads', 4]);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses %s threads', async (threads) => {
    await expect(createThreadedBackend({ threads })).rejects.toThrow('whole number of threads from 1');
  });
});

describe('failures', () => {
  it('of a worker end the run and name the sample it was at', async () => {
    // The second worker has samples 1, 3 and 5. In the second layer it is asked for a histogram, a run and a range of each.
    const backend = poolOf([await inProcess(), await inProcess(1, 4)]);
    const result = observation(backend, HISTOGRAM, COUNT);
    await expect(result).rejects.toThrow(/^photo 3: .*worker 2 of 2 stopped: the lights went out$/);
    await expect(result).rejects.toThrow(GraphError);
    await expect(observation(backend, HISTOGRAM, COUNT)).rejects.toThrow('worker 2 of 2 stopped');
  });

  it('of a thread that breaks end the run', async () => {
    const broken = startWorker(await loadKernels(), MEMORY);
    const channel: Channel = {
      ...broken,
      post: () => broken.post({ commands: new Float64Array(1) } as Batch),
    };
    const backend = poolOf([channel]);
    await expect(observation(backend, HISTOGRAM, COUNT)).rejects.toThrow(
      /photo 0: .*worker 1 of 1 could not start/,
    );
    await backend.dispose();
  });

  it('of a sample leave nothing behind that fails later', async () => {
    const backend = await createThreadedBackend({ threads: 2, maxMemoryBytes: MEMORY });
    const short = new Map([['x', new Float32Array(3)]]);
    const run = execute(plan, backend, [sample(1), short], {
      onSample: async ({ value }) => {
        await backend.range(value);
      },
    });
    await expect(run).rejects.toThrow('sample 1: input x: expected 1440 values');
    await backend.dispose();
  });

  it('of the memory name the sample and the op', async () => {
    const backend = await createThreadedBackend({ threads: 2, maxMemoryBytes: 2 ** 17 });
    await expect(observation(backend, HISTOGRAM, COUNT)).rejects.toThrow(/^photo \d: .*out of memory/);
    await backend.dispose();
  });
});

describe('what is sent', () => {
  /** A worker that keeps what it is sent, as it would arrive. */
  async function recorded(): Promise<{ channel: Channel; payloads: unknown[] }> {
    const channel = await inProcess();
    const payloads: unknown[] = [];
    const post = (message: Batch | Maximum): void => {
      if ('payload' in message) payloads.push(...message.payload);
      channel.post(message);
    };
    return { channel: { ...channel, post }, payloads };
  }

  it.each([8, 2 ** 20])('is no more than a tensor of %i values, wherever it lies', async (count) => {
    const [one, two] = [await recorded(), await recorded()];
    const backend = poolOf([one.channel, two.channel]);
    const file = new Float32Array(4 * count);
    const view = file.subarray(count, 2 * count);
    const desc = { shape: [count], dtype: 'float32', layout: 'NCHW' } as const;
    for (const sample of [undefined, 0]) backend.upload(backend.allocate(desc, sample), view);
    await Promise.all([0, 1].map((sample) => backend.range(backend.allocate(desc, sample))));
    const sent = [...one.payloads, ...two.payloads] as Float32Array[];
    expect(sent.map(({ length, buffer }) => [length, buffer.byteLength])).toEqual(
      Array.from({ length: 3 }, () => [count, 4 * count]),
    );
  });

  it('says what failed where a tally has nothing', async () => {
    const backend = poolOf([await inProcess()]);
    const large = { shape: [2 ** 28], dtype: 'float32', layout: 'NCHW' } as const;
    const buckets = backend.valueBuckets(backend.allocate(large, 0), new ValueBuckets());
    await expect(buckets).rejects.toThrow('out of memory');
  });
});

describe('tensors', () => {
  const desc = { shape: [4], dtype: 'float32', layout: 'NCHW' } as const;

  it('of different samples are not worked on together', async () => {
    const backend = poolOf([await inProcess(), await inProcess()]);
    const [a, b] = [backend.allocate(desc, 0), backend.allocate(desc, 1)];
    await expect(backend.compare(a, b)).rejects.toThrow('tensors of different samples');
  });

  it('are of this backend, alive, and as long as their shape', async () => {
    const [backend, other] = [poolOf([await inProcess()]), await createCpuBackend()];
    expect(() => backend.free(other.allocate(desc))).toThrow('another backend');
    const tensor = backend.allocate(desc, 0);
    expect(() => backend.upload(tensor, new Float32Array(3))).toThrow('expected 4 elements');
    backend.free(tensor);
    await expect(backend.range(tensor)).rejects.toThrow('was freed');
    await backend.dispose();
    expect(() => backend.allocate(desc)).toThrow('disposed');
  });
});
