import { GraphError, OPS } from '@mnnquant/graph';
import {
  BinaryOpOperation,
  createTable,
  EltwiseType,
  type Op,
  OpType,
  ReductionType,
  UnaryOpOperation,
} from '@mnnquant/mnn-format';

type Main = NonNullable<Op['main']>;

/** Ops that stand for many functions, and the field that tells which. */
const CHOICES = [
  { type: 'UnaryOp', table: 'UnaryOp', field: 'opType', values: UnaryOpOperation },
  { type: 'BinaryOp', table: 'BinaryOp', field: 'opType', values: BinaryOpOperation },
  { type: 'Reduction', table: 'ReductionParam', field: 'operation', values: ReductionType },
  { type: 'Eltwise', table: 'Eltwise', field: 'type', values: EltwiseType },
] as const;

/** By op, the functions that are evaluated and those that are refused. */
export interface FunctionList {
  readonly op: string;
  readonly evaluated: readonly string[];
  readonly refused: readonly string[];
}

export function functionLists(): FunctionList[] {
  return CHOICES.map(({ type, table, field, values }) => {
    const accepted = Object.entries(values).map(([name, value]) => {
      const main = { type: table, value: createTable(table, { [field]: value }) } as Main;
      return { name, ok: isParsed(createTable('Op', { type: OpType[type], main } as Partial<Op>)) };
    });
    return {
      op: type,
      evaluated: accepted.filter(({ ok }) => ok).map(({ name }) => name),
      refused: accepted.filter(({ ok }) => !ok).map(({ name }) => name),
    };
  });
}

function isParsed(op: Op): boolean {
  const definition = OPS.find(({ opTypes }) => opTypes.includes(op.type));
  try {
    definition?.parse(op, {
      where: 'this op',
      sourceType: 0,
      inputCount: 2,
      outputCount: 1,
      subgraph: () => {
        throw new GraphError('there is none');
      },
    });
    return definition !== undefined;
  } catch (error) {
    if (error instanceof GraphError) return false;
    throw error;
  }
}
