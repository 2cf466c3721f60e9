import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildGraph,
  createPlan,
  createReferenceBackend,
  execute,
  GraphError,
  type HostTensor,
  type Sample,
  type TensorBackend,
  UnsupportedOpError,
} from '@mnnquant/graph';
import { type MnnModel, readModel } from '@mnnquant/mnn-format';
import { type NumpyArray, readNpz } from './npz.ts';
import { difference, nearer } from './random/compare.ts';

/** A one-op network of ONNX behind MNN's converter, as `onnx_cases.py` leaves it. */
export interface ConvertedCase {
  readonly name: string;
  /** ONNX's names of the ops. */
  readonly ops: readonly string[];
  readonly status: 'answered' | 'not fed' | 'not converted' | 'not run';
  readonly error?: string;
  readonly model?: string;
  readonly inputs?: string;
  /** What MNN answers. */
  readonly outputs?: string;
  /** What ONNX defines. */
  readonly onnx?: string;
}

/** What became of a case here. */
export type Outcome =
  | { readonly kind: 'as MNN' }
  /** The difference from MNN is MNN's: ours is what ONNX defines. */
  | { readonly kind: 'as ONNX'; readonly problem: string }
  | { readonly kind: 'unsupported'; readonly types: readonly string[] }
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'other'; readonly problem: string };

type Arrays = ReadonlyMap<string, NumpyArray>;

export function readCases(folder: string): ConvertedCase[] {
  return JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
}

/** Runs a converted case on each backend; the worst outcome counts. */
export async function judge(
  folder: string,
  item: ConvertedCase,
  backends: readonly TensorBackend[],
): Promise<Outcome> {
  const load = (file: string | undefined): Arrays | undefined =>
    file === undefined ? undefined : readNpz(join(folder, file));
  const [mnn, onnx] = [load(item.outputs), load(item.onnx)];
  try {
    const model = readModel(readFileSync(join(folder, item.model!)));
    const inputs = namedInputs(model, load(item.inputs)!);
    for (const backend of backends) {
      const problem = mnn ? await compare(model, inputs, mnn, backend) : 'MNN does not answer';
      if (problem === undefined) continue;
      const own = onnx && (await compare(model, inputs, onnx, backend));
      return own === undefined && onnx
        ? { kind: 'as ONNX', problem }
        : { kind: 'other', problem: `${backend.name}: ${problem}` };
    }
    return { kind: 'as MNN' };
  } catch (error) {
    if (error instanceof UnsupportedOpError)
      return { kind: 'unsupported', types: error.ops.map(({ type }) => type) };
    if (error instanceof GraphError) return { kind: 'refused', problem: error.message };
    throw new Error(`${item.name}: not an error for users`, { cause: error });
  }
}

/** The converter leaves out inputs that nothing reads. */
function namedInputs(model: MnnModel, inputs: Arrays): Arrays {
  const names = buildGraph(model).inputs.map(({ name }) => name);
  return new Map([...inputs].filter(([name]) => names.includes(name)));
}

async function compare(
  model: MnnModel,
  inputs: Arrays,
  wanted: Arrays,
  backend: TensorBackend,
): Promise<string | undefined> {
  const names = [...wanted.keys()];
  const expected = names.map((name) => {
    const { shape, data } = wanted.get(name)!;
    return { shape: [1, ...shape], data };
  });
  const ours = await run(model, inputs, names, backend);
  const problem = difference({}, ours, expected);
  if (problem === undefined) return undefined;
  const exact = await run(model, inputs, names, createReferenceBackend({ precision: 'float64' }));
  return nearer(exact, ours, expected) ? undefined : problem;
}

async function run(
  model: MnnModel,
  inputs: Arrays,
  names: readonly string[],
  backend: TensorBackend,
): Promise<HostTensor[]> {
  const shapes = new Map([...inputs].map(([name, { shape }]) => [name, shape]));
  const sample = new Map([...inputs].map(([name, { data }]) => [name, data])) as Sample;
  const { outputs } = await execute(createPlan(buildGraph(model), shapes), backend, [sample]);
  return names.map((name) => {
    const output = outputs[0].get(name);
    if (output === undefined) throw new GraphError(`the model has no output ${name}`);
    return output;
  });
}
