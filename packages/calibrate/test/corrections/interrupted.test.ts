import { createReferenceBackend, type DeviceTensor, type Sample, type TensorBackend } from '@mnnquant/graph';
import { createThreadedBackend } from '@mnnquant/tensor-cpu/node';
import { describe, expect, it } from 'vitest';
import { correctBiases, equalize, floatMeans } from '../../src/corrections/index.ts';
import { NetBuilder } from '../rewrite/net-builder.ts';
import { planOf, quantized } from '../rewrite/plans.ts';

const samples = Array.from(
  { length: 5 },
  (_, i) => new Map([['input', new NetBuilder().noise(192 + i, 1).slice(i)]]) as Sample,
);

function network() {
  const net = new NetBuilder();
  const first = net.convolution(net.input([1, 3, 8, 8]), { outputs: 6, inputs: 3, kernel: 3, relu: true });
  const middle = net.convolution(first, { outputs: 6, inputs: 6, kernel: 3, relu: true, depthwise: true });
  return net.build([net.convolution(middle, { outputs: 4, inputs: 6 })]);
}

const model = network();
const written = quantized(model, { 0: 0.02, 1: 0.02, 2: 0.02, 3: 0.02 });
const plan = planOf(model);

/** With the number of tensors that are allocated now. */
function counted(backend: TensorBackend): { backend: TensorBackend; live: Set<DeviceTensor> } {
  const live = new Set<DeviceTensor>();
  const allocate: TensorBackend['allocate'] = (...given) => {
    const tensor = backend.allocate(...given);
    live.add(tensor);
    return tensor;
  };
  const free: TensorBackend['free'] = (tensor) => {
    expect(live.delete(tensor)).toBe(true);
    backend.free(tensor);
  };
  const own = { allocate: { value: allocate }, free: { value: free } };
  const bound = new Proxy(backend, {
    get: (target, key) => {
      if (key in own) return own[key as keyof typeof own].value;
      const value = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return { backend: bound, live };
}

type Work = (backend: TensorBackend, memoryBudgetBytes: number, onProgress?: () => void) => Promise<unknown>;

const given = { plan, samples: { count: samples.length, load: async (index: number) => samples[index]! } };

const WORK: Readonly<Record<string, Work>> = {
  equalize: (backend, memoryBudgetBytes, onProgress) =>
    equalize({ ...given, model, backend, memoryBudgetBytes, onProgress }),
  floatMeans: (backend, memoryBudgetBytes, onProgress) =>
    floatMeans({ ...given, backend, memoryBudgetBytes, onProgress }),
  correctBiases: (backend, memoryBudgetBytes, onProgress) =>
    correctBiases({
      ...given,
      model: written,
      quantizedPlan: planOf(written),
      backend,
      memoryBudgetBytes,
      onProgress,
    }),
};

const BACKENDS = {
  reference: async () => createReferenceBackend(),
  'threads: 3': () => createThreadedBackend({ threads: 3 }),
} as const;

describe.each(Object.keys(BACKENDS) as (keyof typeof BACKENDS)[])('%s', (name) => {
  it.each(Object.keys(WORK))(
    '%s ends with what onProgress throws, frees everything and can be called again',
    async (work) => {
      const inner = await BACKENDS[name]();
      const { backend, live } = counted(inner);
      for (const memory of [1, 2 ** 26]) {
        const calls = { count: 0 };
        const expected = await WORK[work]!(backend, memory, () => {
          calls.count++;
        });
        expect(live.size).toBe(0);
        for (const at of [1, Math.ceil(calls.count / 2), calls.count]) {
          let call = 0;
          const stop = () => {
            if (++call === at) throw new RangeError('stopped here');
          };
          await expect(WORK[work]!(backend, memory, stop)).rejects.toThrow('stopped here');
          expect(call).toBe(at);
          expect(live.size).toBe(0);
        }
        expect(await WORK[work]!(backend, memory)).toEqual(expected);
      }
      await inner.dispose();
    },
  );
});
