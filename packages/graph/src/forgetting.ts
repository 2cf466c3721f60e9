import type { BoundKernel, TensorBackend } from './backend.ts';

/**
 * The backend, with every node forgotten when it was run and bound again before anybody sees a result: all must be as without that. What a
 * backend queues is not waited for before.
 */
export function forgetting(backend: TensorBackend): TensorBackend {
  const queues = (backend.concurrency ?? 1) > 1;
  const bind: TensorBackend['bind'] = (node, inputs, outputs) => {
    const kernel = backend.bind(node, inputs, outputs);
    if (kernel === undefined) return undefined;
    let current: BoundKernel = kernel;
    return async (sources, targets) => {
      const first = current(sources, targets);
      if (!queues) await first;
      backend.forget?.([node]);
      current = backend.bind(node, inputs, outputs)!;
      await Promise.all([first, current(sources, targets)]);
    };
  };
  return new Proxy(backend, {
    get: (target, key) => {
      if (key === 'bind') return bind;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
