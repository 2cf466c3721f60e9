import {
  allocateData,
  type DeviceTensor,
  elementCount,
  type GraphNode,
  type HostTensor,
  OPS,
  type OpDefinition,
  type TensorBackend,
} from '@mnnquant/graph';

/** An op on a backend and its reference in double precision. */
export interface OpRun {
  readonly op: string;
  readonly attributes: unknown;
  readonly inputs: readonly HostTensor[];
  /** Whether the inputs after the first are known when the op is bound. */
  readonly constants?: boolean;
}

export function definitionOf(op: string): OpDefinition {
  const found = OPS.find(({ name }) => name === op);
  if (found === undefined) throw new Error(`test: no op is called ${op}`);
  return found;
}

/** Uniform numbers in [-1, 1), the same on every machine. */
export function noise(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  });
}

export function noiseTensor(shape: readonly number[], seed: number): HostTensor {
  return { shape, dtype: 'float32', layout: 'NCHW', data: noise(elementCount(shape), seed) };
}

/** Largest difference to the reference, relative to its largest value; throws where there is no kernel. */
export async function errorOf(backend: TensorBackend, run: OpRun, times = 1): Promise<number> {
  const definition = definitionOf(run.op);
  const where = `${run.op} in a test`;
  const descs = run.inputs.map((input) => ({ ...input, value: input.data }));
  const [desc] = definition.shape(run.attributes, descs, where);
  const expected = allocateData('float32', elementCount(desc.shape), 'float64');
  definition.reference(run.attributes, run.inputs, [{ ...desc, data: expected }]);
  const known = run.constants ? [run.inputs[0], ...descs.slice(1)] : run.inputs;
  const kernel = backend.bind(nodeOf(run, definition), known, [desc]);
  if (kernel === undefined) throw new Error(`test: ${where} has no kernel`);
  const sources = run.inputs.map((input) => backend.allocate(input));
  for (const [i, source] of sources.entries()) backend.upload(source, run.inputs[i].data);
  const targets: DeviceTensor[] = [];
  let worst = 0;
  for (let i = 0; i < times; i++) {
    const target = backend.allocate(desc);
    targets.push(target);
    await kernel(sources, [target]);
    worst = Math.max(worst, relativeError(expected, await backend.download(target)));
  }
  for (const tensor of [...sources, ...targets]) backend.free(tensor);
  // Waits until that is done.
  await backend.download(backend.allocate({ ...desc, shape: [0] }));
  return worst;
}

function nodeOf({ attributes, inputs }: OpRun, definition: OpDefinition): GraphNode {
  return {
    index: 0,
    name: 'node',
    definition,
    attributes,
    inputs: inputs.map((_, i) => i),
    outputs: [inputs.length],
    source: { type: definition.opTypes[0] } as GraphNode['source'],
  };
}

function relativeError(expected: ArrayLike<number>, actual: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 1e-30;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const difference = Math.abs(expected[i] - actual[i]);
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
  }
  return worst / largest;
}
