import {
  allocateData,
  elementCount,
  OPS,
  type OpCaseInput,
  type OpDefinition,
  type TensorDesc,
} from '@mnnquant/graph';
import { conformanceCases } from '@mnnquant/graph/conformance';
import { opTypeName } from '@mnnquant/mnn-format';
import { KERNELS as CPU_KERNELS } from '../../packages/tensor-cpu/src/kernels/table.ts';
import { KERNELS as GPU_KERNELS } from '../../packages/tensor-gpu/src/kernels/table.ts';
import { answeredNetworks, type GoldenOp, goldenOp, goldenOps, opsOf, smallNetworks } from './golden-ops.ts';
import { type Int8Row, int8Row } from './int8.ts';
import { parametersOf } from './parameters.ts';
import { UNANSWERED } from './unanswered.ts';

type TestedInput = OpCaseInput & { readonly same?: number };

/** What the page says of one evaluated op. */
export interface OperatorRow {
  readonly name: string;
  readonly types: readonly string[];
  readonly parameters: readonly string[];
  /** Layouts of the tensors it was compared in. */
  readonly layouts: readonly string[];
  /** Largest and smallest number of dimensions it was compared in. */
  readonly dimensions: readonly [smallest: number, largest: number] | undefined;
  /** Backends with a kernel of their own. */
  readonly kernels: readonly string[];
  readonly int8: Int8Row;
  /** Cases that every backend is compared in. */
  readonly conformance: number;
  /** One-op models and small networks with an answer of MNN. */
  readonly answers: number;
}

export function operatorRows(): OperatorRow[] {
  const golden = goldenOps();
  const answered = answeredNetworks();
  const conformance = conformanceCases();
  return OPS.map((definition) => {
    const { name, opTypes, cases } = definition;
    const samples = golden.filter(({ op }) => opTypes.includes(op.type));
    const networks = smallNetworks().filter((net) => opsOf(net).some(({ type }) => opTypes.includes(type)));
    const alone = samples.length > 0 ? samples : unanswered(opTypes);
    const tested = [...cases(), ...samples].flatMap<TestedInput | undefined>(({ inputs }) => inputs);
    const ranks = tested.flatMap((input) => (input ? ranksOf(input) : []));
    return {
      name,
      types: opTypes.map(opTypeName),
      parameters: parametersOf(opTypes, [...alone.map(({ net }) => net), ...networks]),
      layouts: [...new Set(tested.flatMap((input) => (input ? [input.layout ?? 'NCHW'] : [])))].sort(),
      dimensions: ranks.length > 0 ? [Math.min(...ranks), Math.max(...ranks)] : undefined,
      kernels: [...(CPU_KERNELS.has(name) ? ['wasm'] : []), ...(GPU_KERNELS.has(name) ? ['GPU'] : [])],
      int8: int8Row(alone, givesWholeNumbers(definition)),
      conformance: conformance.filter(({ op }) => op === name).length,
      answers: samples.length + networks.filter(answered.has, answered).length,
    };
  });
}

function unanswered(types: readonly number[]): GoldenOp[] {
  return UNANSWERED.map(goldenOp).filter(({ op }) => types.includes(op.type));
}

/** Of a list of tensors the numbers of dimensions of its elements. */
function ranksOf({ shape, list, same }: TestedInput): number[] {
  if (same !== undefined) return [];
  return list === undefined ? [shape.length] : list.elements.flatMap((element) => element?.length ?? []);
}

/** Whether its results are positions, sizes or numbers of things, whatever it reads. */
function givesWholeNumbers({ name, cases, shape }: OpDefinition): boolean {
  const made = cases().map(({ attributes, inputs }) => {
    const read = inputs.map((input) => input && described(input));
    return shape(attributes, read, name);
  });
  return made.length > 0 && made.every((outputs) => outputs[0]?.dtype === 'int32');
}

function described({ shape, dtype = 'float32', layout = 'NCHW', data, list }: OpCaseInput): TensorDesc {
  const value = allocateData(dtype, elementCount(shape));
  if (data !== undefined) value.set(data);
  return { shape, dtype, layout, list, value };
}
