import { DataType, MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import { GraphError } from './op.ts';
import type { DType, Layout } from './tensor.ts';

/** MNN's data formats as layout tags. */
export const MNN_LAYOUTS: Readonly<Record<number, Layout>> = {
  [MNN_DATA_FORMAT.NCHW]: 'NCHW',
  [MNN_DATA_FORMAT.NHWC]: 'NHWC',
  [MNN_DATA_FORMAT.NC4HW4]: 'NC4HW4',
};

/** MNN's data types as those it computes with. */
export const MNN_DTYPES: Readonly<Record<number, DType>> = {
  [DataType.DT_FLOAT]: 'float32',
  [DataType.DT_DOUBLE]: 'float32',
  [DataType.DT_HALF]: 'float32',
  [DataType.DT_BFLOAT16]: 'float32',
  [DataType.DT_INT32]: 'int32',
  [DataType.DT_INT64]: 'int32',
  [DataType.DT_INT16]: 'int32',
  [DataType.DT_UINT16]: 'int32',
  [DataType.DT_BOOL]: 'int32',
  [DataType.DT_INT8]: 'int8',
  [DataType.DT_QINT8]: 'int8',
  [DataType.DT_UINT8]: 'uint8',
  [DataType.DT_QUINT8]: 'uint8',
};

/** MNN's data format as a layout tag. */
export function layoutOf(format: number, where: string): Layout {
  const layout = MNN_LAYOUTS[format];
  if (layout === undefined)
    throw new GraphError(`${where}: data format ${format} is not NCHW, NHWC or NC4HW4`);
  return layout;
}

/** The element type MNN's runtime computes with for a declared type (its int64 and bool are int32). */
export function dtypeOf(type: number, where: string): DType {
  const dtype = MNN_DTYPES[type];
  if (dtype === undefined) throw new GraphError(`${where}: cannot compute with data type ${type}`);
  return dtype;
}

/** Position of the channel dimension. */
export function channelAxis(layout: Layout, rank: number): number {
  return layout === 'NHWC' ? rank - 1 : Math.min(1, rank - 1);
}

/** Position of the first spatial dimension. */
export function spatialAxis(layout: Layout): number {
  return layout === 'NHWC' ? 1 : 2;
}
