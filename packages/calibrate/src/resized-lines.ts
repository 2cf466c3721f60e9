import { constantTensor } from '@mnnquant/graph';
import {
  createTable,
  DataType,
  MNN_DATA_FORMAT,
  type MnnModel,
  type Net,
  type Op,
  OpType,
} from '@mnnquant/mnn-format';
import { constantOps } from './constant-ops.ts';

/** A model that resizes lines in a way that the runtime gets right, and by which ops (names). */
export interface ResizedLines {
  readonly model: MnnModel;
  readonly ops: readonly string[];
}

/**
 * Resizes lines [N,C,L] as images [N,C,L,1] where a constant holds the factors.
 *
 * For lines MNN 3.6.1 never sets the factor of the missing width (GeometryImageOp.cpp): what is in the memory decides,
 * and in int8 the result may be nothing but zeros. The op keeps its name and its output; an Unsqueeze, a Squeeze, a
 * constant and their tensors are added. Factors that the network computes are left alone.
 */
export function resizeLinesAsImages(model: MnnModel): ResizedLines {
  const { net } = model;
  const ops = net.oplists ?? [];
  const constants = constantOps(ops);
  const names = [...(net.tensorName ?? [])];
  const changed: string[] = [];
  const oplists = ops.flatMap((op) => {
    const factor = lineFactor(op, constants);
    if (factor === undefined) return [op];
    changed.push(op.name ?? '');
    return asImage(op, factor, names);
  });
  if (changed.length === 0) return { model, ops: changed };
  const rewritten: Net = { ...net, oplists, tensorName: names, tensorNumber: names.length };
  return { model: { ...model, net: rewritten }, ops: changed };
}

/** The factor of a resize of lines that is read from a constant. */
function lineFactor(op: Op, constants: ReadonlyMap<number, Op>): number | undefined {
  const factors = constants.get(op.inputIndexes?.[1] ?? -1);
  if (op.type !== OpType.Interp || factors?.main?.type !== 'Blob') return undefined;
  const { data } = constantTensor(factors.main.value, factors.name ?? 'a constant');
  const [batch, channels, factor] = data;
  const ofLines = data instanceof Float32Array && data.length === 3 && batch === 1 && channels === 1;
  return ofLines ? factor : undefined;
}

/** @param names of all tensors; those that are added are appended */
function asImage(op: Op, factor: number, names: string[]): Op[] {
  const name = op.name ?? 'resize';
  const [line, result] = [op.inputIndexes![0]!, op.outputIndexes![0]!];
  const added = (what: string): number => names.push(`${name}/${what}`) - 1;
  const [image, resized, factors] = [added('image'), added('resized'), added('factors')];
  const squeezeDims = Int32Array.of(3);
  const move = (type: OpType, from: number, to: number): Op => ({
    ...op,
    type,
    name: names[to === result ? resized : to]!,
    inputIndexes: Int32Array.of(from),
    outputIndexes: Int32Array.of(to),
    main: { type: 'SqueezeParam', value: createTable('SqueezeParam', { squeezeDims }) },
  });
  const blob = {
    dims: Int32Array.of(4),
    float32s: Float32Array.of(1, 1, factor, 1),
    dataType: DataType.DT_FLOAT,
    dataFormat: MNN_DATA_FORMAT.NCHW,
  };
  const constant: Op = {
    ...op,
    type: OpType.Const,
    name: names[factors]!,
    inputIndexes: undefined,
    outputIndexes: Int32Array.of(factors),
    main: { type: 'Blob', value: createTable('Blob', blob) },
  };
  const resize = {
    ...op,
    inputIndexes: Int32Array.of(image, factors),
    outputIndexes: Int32Array.of(resized),
  };
  return [move(OpType.Unsqueeze, line, image), constant, resize, move(OpType.Squeeze, resized, result)];
}
