import type {
  ConvolutionAttributes,
  DeviceTensor,
  GraphNode,
  TensorBackend,
  TensorDesc,
} from '@mnnquant/graph';
import { OPS } from '@mnnquant/graph';

/** Sums of 36 products in float32 and their order; relative to the largest value. */
const TOLERANCE = 1e-5;

/** Histograms may round a value on a bin's edge to either side. */
const MOST_MOVED = 2;

const BINS = 64;

/**
 * Runs a small convolution, ranges and a histogram on both backends.
 *
 * @param reference whose numbers are right
 * @returns what differs, in words; `undefined` where nothing does
 * @throws what `backend` throws
 */
export async function checkBackend(
  backend: TensorBackend,
  reference: TensorBackend,
): Promise<string | undefined> {
  return (
    (await checkConvolution(backend, reference)) ??
    (await checkRanges(backend, reference)) ??
    (await checkHistogram(backend, reference))
  );
}

async function checkConvolution(
  backend: TensorBackend,
  reference: TensorBackend,
): Promise<string | undefined> {
  const input = { shape: [2, 4, 7, 6], dtype: 'float32', layout: 'NCHW' } as const;
  const node = convolutionNode(4, 8);
  const outputs = node.definition.shape(node.attributes, [input], node.name);
  const data = waves(2 * 4 * 7 * 6, 1);
  const got = await computed(backend, node, input, outputs[0], data);
  if (got === undefined) return 'it has no kernel for a 3x3 convolution';
  const expected = (await computed(reference, node, input, outputs[0], data))!;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = worstOf(expected, got);
  if (worst <= TOLERANCE * largest) return undefined;
  return `its convolution is off by ${worst.toPrecision(3)} where the largest value is ${largest.toPrecision(3)}`;
}

/** 3x3 with padding 1 and ReLU. */
function convolutionNode(inputChannels: number, outputChannels: number): GraphNode {
  const attributes: ConvolutionAttributes = {
    depthwise: false,
    group: 1,
    outputChannels,
    inputChannels,
    kernel: [3, 3],
    stride: [1, 1],
    dilation: [1, 1],
    padMode: 0,
    pads: [1, 1, 1, 1],
    relu: true,
    relu6: false,
    weight: waves(outputChannels * inputChannels * 9, 2),
    bias: waves(outputChannels, 3),
  };
  const definition = OPS.find(({ name }) => name === 'Convolution')!;
  return {
    index: 0,
    name: 'self-check',
    definition,
    attributes,
    inputs: [0],
    outputs: [1],
    source: { type: definition.opTypes[0] } as GraphNode['source'],
  };
}

async function computed(
  backend: TensorBackend,
  node: GraphNode,
  input: TensorDesc,
  output: TensorDesc,
  data: Float32Array,
): Promise<Float32Array | undefined> {
  const kernel = backend.bind(node, [input], [output]);
  if (kernel === undefined) return undefined;
  return withTensor(backend, input, data, async (source) => {
    const target = backend.allocate(output);
    try {
      await kernel([source], [target]);
      return (await backend.download(target)) as Float32Array;
    } finally {
      backend.free(target);
    }
  });
}

/** With and without numbers that are not finite, which are to be counted and passed over. */
async function checkRanges(backend: TensorBackend, reference: TensorBackend): Promise<string | undefined> {
  const finite = waves(1000, 4);
  const broken = finite.slice();
  broken[10] = Number.NaN;
  broken[500] = Number.POSITIVE_INFINITY;
  broken[999] = Number.NEGATIVE_INFINITY;
  for (const [data, what] of [
    [finite, 'the range of finite numbers'],
    [broken, 'the range of numbers among which NaN and infinities are'],
  ] as const) {
    const [got, expected] = await Promise.all(
      [backend, reference].map((one) => withTensor(one, vector(data.length), data, (x) => one.range(x))),
    );
    const words = [expected, got].map(
      ({ min, max, count, nonFinite }) => `[${min}, ${max}] of ${count} values, ${nonFinite} not finite`,
    );
    if (words[0] !== words[1]) return `${what}: expected ${words[0]}, got ${words[1]}`;
  }
  return undefined;
}

async function checkHistogram(backend: TensorBackend, reference: TensorBackend): Promise<string | undefined> {
  const data = waves(1000, 5);
  const max = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [got, expected] = await Promise.all(
    [backend, reference].map(async (one) => {
      const counts = new Float64Array(BINS);
      const request = { bins: BINS, max, skipBelow: 0 };
      await withTensor(one, vector(data.length), data, (x) => one.histogram(x, request, counts));
      return counts;
    }),
  );
  const moved = expected.reduce((sum, count, bin) => sum + Math.abs(count - got[bin]), 0) / 2;
  if (moved <= MOST_MOVED) return undefined;
  return `its histogram has ${moved} of ${data.length} values in other bins`;
}

async function withTensor<T>(
  backend: TensorBackend,
  desc: TensorDesc,
  data: Float32Array,
  use: (tensor: DeviceTensor) => Promise<T>,
): Promise<T> {
  const tensor = backend.allocate(desc);
  try {
    backend.upload(tensor, data);
    return await use(tensor);
  } finally {
    backend.free(tensor);
  }
}

function vector(count: number): TensorDesc {
  return { shape: [count], dtype: 'float32', layout: 'NCHW' };
}

/** The largest difference; NaN counts as one. */
function worstOf(expected: Float32Array, got: Float32Array): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((worst, value, i) => {
    const difference = Math.abs(value - got[i]);
    return difference <= worst ? worst : Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference;
  }, 0);
}

/** Numbers in [-1, 1) that do not repeat: a wrong index shows. */
function waves(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}
