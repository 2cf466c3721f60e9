import { allocateData, elementCount, type TensorData } from '@mnnquant/graph';
import { createTable, DataType, MNN_DATA_FORMAT, type Net, type Op, OpType } from '@mnnquant/mnn-format';
import { type GoldenCase, type GoldenInput, type GoldenList, main, noise } from './golden-case.ts';

const DATA_TYPES = {
  float32: DataType.DT_FLOAT,
  int32: DataType.DT_INT32,
  int8: DataType.DT_INT8,
  uint8: DataType.DT_UINT8,
} as const;

/** Cases side by side in one model. */
export interface GoldenModel {
  readonly net: Net;
  /** Data by input name. */
  readonly feeds: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: TensorData }>;
  /** Output names by case title. */
  readonly outputs: ReadonlyMap<string, readonly string[]>;
}

export function goldenModel(cases: readonly GoldenCase[]): GoldenModel {
  const names: string[] = [];
  const ops: Op[] = [];
  const feeds = new Map<string, { shape: readonly number[]; data: TensorData }>();
  const outputs = new Map<string, string[]>();
  const tensor = (name: string): number => names.push(name) - 1;
  for (const [index, item] of cases.entries()) {
    const inputs: number[] = [];
    const add = (source: GoldenInput, data: TensorData, name: string): number => {
      const id = tensor(name);
      ops.push(sourceOp(source, data, name, id));
      if (!source.constant) feeds.set(name, { shape: source.shape, data });
      return id;
    };
    for (const [k, source] of item.inputs.entries()) {
      const name = `c${index}_in${k}`;
      const data = dataOf(source, index * 16 + k);
      if (source.same !== undefined) inputs.push(inputs[source.same]);
      else if (source.list === undefined) inputs.push(add(source, data, name));
      else
        inputs.push(writtenList(source, source.list, data, name, { add, op: (op) => ops.push(op), tensor }));
    }
    const made = Array.from({ length: item.outputs ?? 1 }, (_, k) => `c${index}_out${k}`);
    outputs.set(item.title, made);
    ops.push(
      createTable('Op', {
        type: OpType[item.type],
        name: `c${index}`,
        main: item.main,
        defaultDimentionFormat: item.format ?? MNN_DATA_FORMAT.NHWC,
        inputIndexes: Int32Array.from(inputs),
        outputIndexes: Int32Array.from(made.map(tensor)),
      } as Partial<Op>),
    );
  }
  const net = createTable('Net', {
    oplists: ops,
    tensorName: names,
    tensorNumber: names.length,
  } as Partial<Net>);
  return { net, feeds, outputs };
}

interface Building {
  add(source: GoldenInput, data: TensorData, name: string): number;
  op(op: Op): void;
  tensor(name: string): number;
}

/** Ops that make a list and write its elements one by one; gives the tensor of the whole list. */
function writtenList(
  { layout = 'NCHW', dtype = 'float32' }: GoldenInput,
  { elements, uniform = false }: GoldenList,
  data: TensorData,
  name: string,
  { add, op, tensor }: Building,
): number {
  const whole = (value: number, at: string): number =>
    add({ shape: [], dtype: 'int32', constant: true }, Int32Array.of(value), `${name}_${at}`);
  const make = (type: 'TensorArray' | 'TensorArrayWrite', at: string, inputs: number[], outputs: number[]) =>
    op(
      createTable('Op', {
        type: OpType[type],
        name: `${name}_${at}`,
        main: main('TensorArray', {
          T: DATA_TYPES[dtype],
          dynamic_size: !uniform,
          identical_element_shapes: uniform,
        }),
        defaultDimentionFormat: MNN_DATA_FORMAT[layout],
        inputIndexes: Int32Array.from(inputs),
        outputIndexes: Int32Array.from(outputs),
      } as Partial<Op>),
    );
  const length = whole(uniform ? elements.length : 0, 'length');
  const handle = tensor(`${name}_handle`);
  let made = tensor(`${name}_made`);
  make('TensorArray', 'made', [length], [handle, made]);
  let start = 0;
  for (const [i, shape] of elements.entries()) {
    const part = data.slice(start, start + elementCount(shape));
    start += part.length;
    const element = add({ shape, dtype, layout }, part, `${name}_element${i}`);
    const next = tensor(`${name}_with${i}`);
    make('TensorArrayWrite', `with${i}`, [handle, whole(i, `at${i}`), element, made], [next]);
    made = next;
  }
  return made;
}

function sourceOp(source: GoldenInput, data: TensorData, name: string, id: number): Op {
  const { shape, layout = 'NCHW', dtype = 'float32', constant } = source;
  const dims = Int32Array.from(shape);
  const format = MNN_DATA_FORMAT[layout];
  const values = dtype === 'float32' ? { float32s: data } : { int32s: data };
  return createTable('Op', {
    type: constant ? OpType.Const : OpType.Input,
    name,
    main: constant
      ? main('Blob', { dims, dataFormat: format, dataType: DATA_TYPES[dtype], ...(values as object) })
      : main('Input', { dims, dtype: DATA_TYPES[dtype], dformat: format }),
    outputIndexes: Int32Array.of(id),
  } as Partial<Op>);
}

function dataOf({ shape, dtype = 'float32', data }: GoldenInput, seed: number): TensorData {
  const values = allocateData(dtype, elementCount(shape));
  const random = noise(values.length, seed + 1);
  values.set(data ?? (dtype === 'float32' ? random : random.map((value) => Math.round(value * 3))));
  return values;
}
