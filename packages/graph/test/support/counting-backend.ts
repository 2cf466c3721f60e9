import {
  createReferenceBackend,
  type DeviceTensor,
  type GraphNode,
  type TensorBackend,
} from '@mnnquant/graph';

/** The reference backend with books: what is alive, and what was alive at most. */
export interface CountingBackend extends TensorBackend {
  readonly live: ReadonlySet<DeviceTensor>;
  readonly most: number;
  readonly uploads: number;
}

/**
 * @param withoutKernel names of ops that have no kernel here
 * @param failAt the op whose kernel throws
 */
export function countingBackend(
  options: { withoutKernel?: readonly string[]; failAt?: string } = {},
): CountingBackend {
  const inner = createReferenceBackend();
  const live = new Set<DeviceTensor>();
  const books = { most: 0, uploads: 0 };
  return {
    name: 'counting',
    device: 'a test',
    limits: inner.limits,
    live,
    get most() {
      return books.most;
    },
    get uploads() {
      return books.uploads;
    },
    allocate(desc) {
      const tensor = inner.allocate(desc);
      live.add(tensor);
      books.most = Math.max(books.most, live.size);
      return tensor;
    },
    upload(tensor, data) {
      books.uploads++;
      inner.upload(tensor, data);
    },
    free(tensor) {
      if (!live.delete(tensor)) throw new Error('freed twice, or never allocated');
      inner.free(tensor);
    },
    bind(node: GraphNode, inputs, outputs) {
      if (options.withoutKernel?.includes(node.definition.name)) return undefined;
      if (options.failAt === node.name) {
        return () => {
          throw new RangeError('the kernel fails');
        };
      }
      const kernel = inner.bind(node, inputs, outputs)!;
      return (from, to) => {
        for (const tensor of [...from, ...to])
          if (tensor && !live.has(tensor)) throw new Error('a tensor is used after it was freed');
        return kernel(from, to);
      };
    },
    download: (tensor) => inner.download(tensor),
    range: (tensor) => inner.range(tensor),
    histogram: (tensor, request, counts) => inner.histogram(tensor, request, counts),
    valueBuckets: (tensor, buckets) => inner.valueBuckets(tensor, buckets),
    fakeQuantize: (tensor, params) => inner.fakeQuantize(tensor, params),
    compare: (a, b) => inner.compare(a, b),
    countOutside: (tensor, low, high) => inner.countOutside(tensor, low, high),
    dispose: () => inner.dispose(),
  };
}
