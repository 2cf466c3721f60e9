import { createTable, DataType, MNN_DATA_FORMAT, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { main } from '../golden/golden-case.ts';

/** One op of a small net, by the names of its tensors; `-` for a missing optional input. */
export interface SmallOp {
  readonly type: keyof typeof OpType;
  readonly inputs?: readonly string[];
  readonly outputs: readonly string[];
  readonly main?: Op['main'];
}

/** A net whose tensor ids follow the order of first mention. */
export function smallNet(ops: readonly SmallOp[], fields: Partial<Net> = {}): Net {
  const names: string[] = [];
  const id = (name: string): number => {
    if (name === '-') return -1;
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const oplists = ops.map(({ type, inputs = [], outputs, main: parameter }) =>
    createTable('Op', {
      type: OpType[type],
      name: `${type.toLowerCase()}_${outputs[0]}`,
      main: parameter,
      inputIndexes: Int32Array.from(inputs.map(id)),
      outputIndexes: Int32Array.from(outputs.map(id)),
      defaultDimentionFormat: MNN_DATA_FORMAT.NCHW,
    } as Partial<Op>),
  );
  return createTable('Net', {
    oplists,
    tensorName: names,
    tensorNumber: names.length,
    ...fields,
  } as Partial<Net>);
}

export function inputOp(name: string, ...dims: number[]): SmallOp {
  const parameter = main('Input', {
    dims: Int32Array.from(dims),
    dtype: DataType.DT_FLOAT,
    dformat: MNN_DATA_FORMAT.NCHW,
  });
  return { type: 'Input', outputs: [name], main: parameter };
}

export function constOp(name: string, ...values: number[]): SmallOp {
  const parameter = main('Blob', {
    dims: Int32Array.of(values.length),
    dataType: DataType.DT_INT32,
    int32s: Int32Array.from(values),
  });
  return { type: 'Const', outputs: [name], main: parameter };
}

export function unaryOp(opType: number, from: string, to: string): SmallOp {
  return { type: 'UnaryOp', inputs: [from], outputs: [to], main: main('UnaryOp', { opType: opType as 0 }) };
}

export function addOp(a: string, b: string, to: string): SmallOp {
  return { type: 'BinaryOp', inputs: [a, b], outputs: [to], main: main('BinaryOp') };
}
