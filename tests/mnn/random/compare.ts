import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  elementCount,
  execute,
  type HostTensor,
  type TensorBackend,
} from '@mnnquant/graph';
import { writeModel } from '@mnnquant/mnn-format';
import { createCpuBackend } from '@mnnquant/tensor-cpu/node';
import { type GoldenCase, noise } from '../../../packages/graph/test/golden/golden-case.ts';
import { type GoldenModel, goldenModel } from '../../../packages/graph/test/golden/golden-model.ts';
import type { NumpyArray, NumpyData } from '../npz.ts';
import { inFolder, type MnnOracle } from '../oracle.ts';
import { DATA_SHAPE_OPS } from './data-shape-ops.ts';
import { knownError } from './known-errors.ts';

/** What became of a case. */
export interface Verdict {
  readonly item: GoldenCase;
  /** In what way the answers differ. */
  readonly problem?: string;
  /** Why MNN is wrong there. */
  readonly known?: string;
}

/** Relative to an output's largest value. */
const BOUND = 1e-4;
/** More than rounding cannot explain. */
const ROUNDING = 1e-2;

/** Runs cases in MNN and here, on the reference and on the WebAssembly backend. */
export async function compareWithMnn(oracle: MnnOracle, drawn: readonly GoldenCase[]): Promise<Verdict[]> {
  const cases = drawn.map(withData);
  // Where MNN is wrong it may also write over what ops beside it computed.
  const isSound = (item: GoldenCase): boolean => knownError(item) === undefined;
  const apart = [cases.filter(isSound), cases.filter((item) => !isSound(item))];
  const ask = cases.every(({ type }) => type in DATA_SHAPE_OPS) ? askModules : askMnn;
  const answers = new Map(apart.flatMap((part) => [...ask(oracle, part)]));
  const backends = [createReferenceBackend(), await createCpuBackend()];
  const verdicts: Verdict[] = [];
  for (const item of cases) {
    const problem = await problemOf(item, answers.get(item), backends);
    const known = problem === undefined ? undefined : knownError(item);
    verdicts.push({ item, ...(problem !== undefined && { problem }), ...(known !== undefined && { known }) });
  }
  for (const backend of backends) await backend.dispose();
  return verdicts;
}

/** The same numbers wherever the case stands. */
function withData(item: GoldenCase, index: number): GoldenCase {
  const inputs = item.inputs.map((input, k) => {
    if (input.data !== undefined) return input;
    const data = noise(elementCount(input.shape), index * 16 + k + 1);
    return {
      ...input,
      data: Array.from(data, (value) => (input.dtype === 'int32' ? Math.round(value * 3) : value)),
    };
  });
  return { ...item, inputs };
}

/** MNN's outputs through its Module interface, where each op is cut out anyway. */
function askModules(oracle: MnnOracle, cases: readonly GoldenCase[]): Map<GoldenCase, NumpyArray[] | string> {
  const models = cases.map((item) => goldenModel([item]));
  const answers = oracle.runEach(
    models.map(({ net, feeds }) => ({ net, inputs: asSample(feeds) })),
    { module: true },
  );
  return new Map(
    cases.map((item, i): [GoldenCase, NumpyArray[] | string] => {
      const answer = answers[i];
      if (typeof answer === 'string') return [item, answer];
      return [item, models[i].outputs.get(item.title)!.map((name) => answer.get(name)!)];
    }),
  );
}

function asSample(feeds: GoldenModel['feeds']): Map<string, NumpyArray> {
  return new Map(
    [...feeds].map(([name, { shape, data }]) => [name, { shape: [1, ...shape], data: data as NumpyData }]),
  );
}

/** MNN's outputs; a text where it fails on a case alone. Cases share a model until one makes it fail. */
function askMnn(oracle: MnnOracle, cases: readonly GoldenCase[]): Map<GoldenCase, NumpyArray[] | string> {
  try {
    return new Map(askAtOnce(oracle, cases));
  } catch (error) {
    if (cases.length === 1) return new Map([[cases[0], firstLine(error)]]);
    const half = cases.length >> 1;
    return new Map([...askMnn(oracle, cases.slice(0, half)), ...askMnn(oracle, cases.slice(half))]);
  }
}

function firstLine(error: unknown): string {
  return String(error).split('\n').slice(0, 4).join(' | ');
}

const COMPANION: GoldenCase = { title: 'companion', type: 'TanH', inputs: [{ shape: [1], data: [0] }] };

function askAtOnce(oracle: MnnOracle, cases: readonly GoldenCase[]): [GoldenCase, NumpyArray[]][] {
  // MNN's session wants a model with an input.
  const { net, feeds, outputs } = goldenModel([...cases, COMPANION]);
  return inFolder((folder) => {
    const path = join(folder, 'random.mnn');
    writeFileSync(path, writeModel(net));
    const results = oracle.run(path, asSample(feeds));
    return cases.map((item) => [item, outputs.get(item.title)!.map((name) => results.get(name)!)]);
  });
}

async function problemOf(
  item: GoldenCase,
  expected: NumpyArray[] | string | undefined,
  backends: readonly TensorBackend[],
): Promise<string | undefined> {
  if (typeof expected === 'string' || expected === undefined) return `MNN fails: ${expected}`;
  for (const backend of backends) {
    let actual: HostTensor[];
    try {
      actual = await runAlone(item, backend);
    } catch (error) {
      return `${backend.name} fails: ${error instanceof Error ? error.message : error}`;
    }
    const problem = difference(item, actual, expected);
    if (problem === undefined) continue;
    // A run in double precision says whose rounding a difference is.
    const exact = await runAlone(item, createReferenceBackend({ precision: 'float64' }));
    if (nearer(exact, actual, expected)) continue;
    return `${backend.name}: ${problem}`;
  }
  return undefined;
}

async function runAlone(item: GoldenCase, backend: TensorBackend): Promise<HostTensor[]> {
  const { net, feeds, outputs } = goldenModel([item]);
  const sample = new Map([...feeds].map(([name, { data }]) => [name, data]));
  const results = await execute(createPlan(buildGraph(net)), backend, [sample]);
  return outputs.get(item.title)!.map((name) => results.outputs[0].get(name)!);
}

/** In what way outputs differ from MNN's; `undefined` for rounding. Numbers below `least` do not set the scale. */
export function difference(
  { tolerance = BOUND, least }: Pick<GoldenCase, 'tolerance'> & { readonly least?: number },
  actual: readonly HostTensor[],
  expected: readonly NumpyArray[],
): string | undefined {
  for (const [k, { shape, data, dtype }] of actual.entries()) {
    const wanted = expected[k].shape.slice(1);
    if (String(shape) !== String(wanted)) return `output ${k}: shape [${shape}], MNN's is [${wanted}]`;
    const theirs = expected[k].data as ArrayLike<number>;
    const error = worst(data, theirs, least);
    if (!(error.relative <= (dtype === 'float32' ? Math.max(tolerance, BOUND) : 0)))
      return `output ${k}, element ${error.at}: ${data[error.at]}, MNN's is ${theirs[error.at]}`;
  }
  return undefined;
}

/** The largest difference; relative to the largest finite value of what is expected. */
function worst(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  least = 1e-30,
): { relative: number; at: number } {
  let largest = least;
  for (let i = 0; i < expected.length; i++)
    if (Number.isFinite(expected[i])) largest = Math.max(largest, Math.abs(expected[i]));
  let [relative, at] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i] + 0, expected[i] + 0)) continue;
    const error = Math.abs(actual[i] - expected[i]) / largest;
    if (!(error <= relative)) [relative, at] = [Number.isNaN(error) ? Infinity : error, i];
  }
  return { relative, at };
}

/** Whether ours are as near to double precision as MNN's. */
export function nearer(
  exact: readonly HostTensor[],
  ours: readonly HostTensor[],
  mnn: readonly NumpyArray[],
): boolean {
  return exact.every(({ shape, data, dtype }, k) => {
    if (dtype !== 'float32' || String(shape) !== String(mnn[k].shape.slice(1))) return false;
    const theirs = worst(mnn[k].data as ArrayLike<number>, data).relative;
    // More than that is another meaning, which both of our precisions share.
    return theirs <= ROUNDING && worst(ours[k].data, data).relative <= theirs;
  });
}
