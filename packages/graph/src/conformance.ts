import type { DeviceTensor, TensorBackend } from './backend.ts';
import { edgeCases } from './edge-cases.ts';
import { elementCases } from './element-cases.ts';
import { emptyCases } from './empty-cases.ts';
import type { GraphNode } from './graph.ts';
import { INT8_DEFINITIONS } from './int8/index.ts';
import { LONG_MOVES } from './long-move-cases.ts';
import type { CaseSetting, NamedCase } from './named-case.ts';
import { fillNormal } from './normal-data.ts';
import type { OpCase, OpCaseInput, OpDefinition } from './op.ts';
import { OPS } from './ops/index.ts';
import { allocateData, elementCount, type HostTensor, type TensorData, type TensorDesc } from './tensor.ts';
import { usualCases } from './usual-cases.ts';

export {
  around,
  type ConvolutionShape,
  convolutionCase,
  deconvolutionCase,
  interpCase,
  matMulCase,
  poolCase,
  type UntitledCase,
} from './case-builders.ts';
export { forgetting } from './forgetting.ts';
export type { CaseSetting, NamedCase } from './named-case.ts';
export { normalData } from './normal-data.ts';
export { smallNetwork } from './small-network.ts';
export { type StatisticsCase, statisticsCases } from './statistics-cases.ts';

/** One case of one op, ready to run on any backend. */
export interface ConformanceCase {
  readonly op: string;
  readonly title: string;
  /** Whether every bit counts: no error is allowed. */
  readonly exact?: boolean;
  /** `undefined`: the backend has no kernel for this case. */
  run(backend: TensorBackend): Promise<ConformanceResult | undefined>;
}

export interface ConformanceResult {
  /** Largest difference to the float64 reference over all outputs, relative to the largest value. */
  readonly relativeError: number;
  /** Whether whole numbers, infinities and NaNs are where the reference has them. */
  readonly exactWhereNeeded: boolean;
}

/** Every case of every op, variants without a sample and with the ends of numbers, and sizes that kernels may take another way. */
export function conformanceCases(): ConformanceCase[] {
  const ofOps = OPS.flatMap((definition) =>
    [...definition.cases(), ...emptyCases(definition), ...edgeCases(definition)].map((item, index) =>
      conformanceCase(definition, item, index),
    ),
  );
  return [...ofOps, ...[...elementCases(), ...LONG_MOVES].map(namedCase), ...int8Cases()];
}

/** Of ops that only simulated networks have: what they mean is exact, so every backend must be. */
function int8Cases(): ConformanceCase[] {
  return INT8_DEFINITIONS.flatMap((definition) =>
    definition.cases().map((item, index) => ({ ...conformanceCase(definition, item, index), exact: true })),
  );
}

/** Ops that multiply and add, in sizes as networks have them. Their sums are long: backends may need a wider tolerance. */
export function usualSizeCases(): ConformanceCase[] {
  return usualCases().map(namedCase);
}

function namedCase({ op, setting, ...item }: NamedCase, seed: number): ConformanceCase {
  return conformanceCase(OPS.find(({ name }) => name === op)!, item, seed, setting);
}

/** A case that only some backends have a reason for. */
export function conformanceCase(
  definition: OpDefinition,
  item: OpCase,
  seed: number,
  setting: CaseSetting = {},
): ConformanceCase {
  return {
    op: definition.name,
    title: item.title,
    run: (backend) => runCase(definition, item, seed, setting, backend),
  };
}

async function runCase(
  definition: OpDefinition,
  item: OpCase,
  seed: number,
  setting: CaseSetting,
  backend: TensorBackend,
): Promise<ConformanceResult | undefined> {
  const inputs = item.inputs.map(
    (input, i) => input && hostInput(input, seed * 16 + (setting.sameAs?.[i] ?? i)),
  );
  const where = `${definition.name} (${item.title})`;
  const outputs = definition.shape(
    item.attributes,
    inputs.map((input) => input && { ...input, value: input.data }),
    where,
  );
  const expected = outputs.map((desc) =>
    hostTensor(desc, allocateData(desc.dtype, elementCount(desc.shape), 'float64')),
  );
  definition.reference(item.attributes, inputs, expected);
  const runs = await runOnBackend(definition, item, inputs, outputs, setting, backend);
  const results = runs?.map((actual) => compare(expected, actual));
  return results?.reduce((all, one) => ({
    relativeError: Math.max(all.relativeError, one.relativeError),
    exactWhereNeeded: all.exactWhereNeeded && one.exactWhereNeeded,
  }));
}

function isConstant({ dtype }: TensorDesc, position: number, count: number): boolean {
  return position > 0 || (dtype === 'int32' && count > 1);
}

/** Each run's outputs. */

async function runOnBackend(
  definition: OpDefinition,
  item: OpCase,
  inputs: readonly (HostTensor | undefined)[],
  outputs: readonly TensorDesc[],
  { isKnown = isConstant, sameAs = {}, times = 1 }: CaseSetting,
  backend: TensorBackend,
): Promise<TensorData[][] | undefined> {
  const node: GraphNode = {
    index: 0,
    name: item.title,
    definition,
    attributes: item.attributes,
    inputs: inputs.map((input, i) => (input ? (sameAs[i] ?? i) : -1)),
    outputs: outputs.map((_, i) => inputs.length + i),
    source: { type: definition.opTypes[0] } as GraphNode['source'],
  };
  const descs = inputs.map((input, i) =>
    input && isKnown(input, i, inputs.length) ? { ...input, value: input.data } : input,
  );
  const kernel = backend.bind(node, descs, outputs);
  if (kernel === undefined) return undefined;
  const made: DeviceTensor[] = [];
  const device = (desc: TensorDesc): DeviceTensor => {
    const tensor = backend.allocate(desc);
    made.push(tensor);
    return tensor;
  };
  try {
    const own = inputs.map((input, i) => {
      if (input === undefined || sameAs[i] !== undefined) return undefined;
      const tensor = device(input);
      backend.upload(tensor, input.data);
      return tensor;
    });
    const sources = own.map((tensor, i) => (sameAs[i] === undefined ? tensor : own[sameAs[i]]));
    const runs: TensorData[][] = [];
    for (let run = 0; run < times; run++) {
      const targets = outputs.map(device);
      await kernel(sources, targets);
      runs.push(await Promise.all(targets.map((target) => backend.download(target))));
    }
    return runs;
  } finally {
    for (const tensor of made) backend.free(tensor);
  }
}

function compare(expected: readonly HostTensor[], actual: readonly TensorData[]): ConformanceResult {
  let worst = 0;
  let exact = true;
  for (const [k, { data, dtype }] of expected.entries()) {
    // What float32 cannot hold is infinite there.
    const isNumber = (value: number): boolean => dtype === 'float32' && Number.isFinite(Math.fround(value));
    let largest = 1e-30;
    for (const value of data) if (isNumber(value)) largest = Math.max(largest, Math.abs(value));
    exact &&= actual[k].length === data.length;
    for (let i = 0; i < data.length; i++) {
      if (isNumber(data[i])) {
        worst = Math.max(worst, Math.abs(data[i] - actual[k][i]) / largest);
      } else {
        const want = dtype === 'float32' ? Math.fround(data[i]) : data[i];
        exact &&= Object.is(want + 0, actual[k][i] + 0);
      }
    }
  }
  return { relativeError: worst, exactWhereNeeded: exact };
}

function hostInput(
  { shape, dtype = 'float32', layout = 'NCHW', data, list }: OpCaseInput,
  seed: number,
): HostTensor {
  const count = elementCount(shape);
  const values = allocateData(dtype, count);
  if (data) values.set(data);
  else fillNormal(values, seed);
  return { shape, dtype, layout, list, data: values };
}

function hostTensor({ shape, dtype, layout, list }: TensorDesc, data: TensorData): HostTensor {
  return { shape, dtype, layout, list, data };
}
