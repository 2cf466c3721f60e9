import {
  allocateData,
  elementCount,
  type GraphNode,
  type HostTensor,
  OPS,
  type OpCaseInput,
  type TensorBackend,
  type TensorData,
} from '@mnnquant/graph';

/** One op with inputs; numbers that are not given count up from 1, over and over. All whole numbers are known beforehand. */
export interface MoveCase {
  readonly op: string;
  readonly attributes: unknown;
  readonly inputs: readonly (OpCaseInput | undefined)[];
  /** Inputs that are wired to another one's tensor, by their positions. */
  readonly sameAs?: Readonly<Record<number, number>>;
}

/** What the op's reference makes of the case, and what the backend's kernel does. */
export async function runBoth(
  backend: TensorBackend,
  { op, attributes, inputs: given, sameAs = {} }: MoveCase,
): Promise<{ readonly expected: readonly TensorData[]; readonly actual: readonly TensorData[] }> {
  const definition = OPS.find(({ name }) => name === op)!;
  const inputs = given.map((input, i) => input && hostTensor(input, i));
  const descs = inputs.map((input) => input && { ...input, value: input.data });
  const shapes = definition.shape(attributes, descs, op);
  const outputs = shapes.map((desc) => ({
    ...desc,
    data: allocateData(desc.dtype, elementCount(desc.shape)),
  }));
  definition.reference(attributes, inputs, outputs);
  const node: GraphNode = {
    index: 0,
    name: op,
    definition,
    attributes,
    inputs: inputs.map((input, i) => (input ? (sameAs[i] ?? i) : -1)),
    outputs: shapes.map((_, i) => inputs.length + i),
    source: { type: definition.opTypes[0] } as GraphNode['source'],
  };
  const known = inputs.map(
    (input) => input && (input.dtype === 'int32' ? { ...input, value: input.data } : input),
  );
  const kernel = backend.bind(node, known, shapes);
  if (kernel === undefined) throw new Error(`${op}: expected a kernel, got none`);
  const sources = inputs.map((input) => input && backend.allocate(input));
  for (const [i, source] of sources.entries()) if (source) backend.upload(source, inputs[i]!.data);
  for (const [i, same] of Object.entries(sameAs)) sources[Number(i)] = sources[same];
  const targets = shapes.map((desc) => backend.allocate(desc));
  await kernel(sources, targets);
  const actual = await Promise.all(targets.map((target) => backend.download(target)));
  for (const tensor of new Set([...sources, ...targets])) if (tensor) backend.free(tensor);
  return { expected: outputs.map(({ data }) => data), actual };
}

/** Numbers that float32 tells apart, also twice as large. */
const LARGEST = 2 ** 23 - 15;

function hostTensor(
  { shape, dtype = 'float32', layout = 'NCHW', data, list }: OpCaseInput,
  position: number,
): HostTensor {
  const values = allocateData(dtype, elementCount(shape));
  if (data) values.set(data);
  else for (let i = 0; i < values.length; i++) values[i] = ((i % LARGEST) + 1) * (position + 1);
  return { shape, dtype, layout, list, data: values };
}

/** Where the two differ first, in words; `undefined` where they do not. */
export function firstDifference(
  expected: readonly TensorData[],
  actual: readonly TensorData[],
): string | undefined {
  for (const [k, data] of expected.entries()) {
    if (data.length !== actual[k]?.length)
      return `output ${k}: expected ${data.length} values, got ${actual[k]?.length}`;
    const at = data.findIndex((value, i) => value !== actual[k][i]);
    if (at >= 0) return `output ${k}, value ${at}: expected ${data[at]}, got ${actual[k][at]}`;
  }
  return undefined;
}
