import { createTable, DataType, MNN_DATA_FORMAT, type Net, OpType } from '@mnnquant/mnn-format';
import { smallNet } from './scratch.ts';

/** Bytes of a NumPy file; `shape` as Python writes it without brackets. */
export function npy(descr: string, shape: string, body: Uint8Array, fortran = 'False'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }\n`;
  const head = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8];
  return Uint8Array.from([...head, ...new TextEncoder().encode(header), ...body]);
}

/** The bytes behind a typed array. */
export function bytesOf(array: Float32Array | Float64Array | BigInt64Array | Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The small net with a second input, called `shift/by`, that is added to what the first convolution gives. */
export function twoInputNet(): Net {
  const net = smallNet();
  const [image, conv1, conv2] = net.oplists!;
  const shift = createTable('Op', {
    name: 'shift/by',
    type: OpType.Input,
    outputIndexes: Int32Array.of(3),
    main: {
      type: 'Input',
      value: createTable('Input', { dims: Int32Array.of(1, 4, 6, 8), dformat: MNN_DATA_FORMAT.NC4HW4 }),
    },
    defaultDimentionFormat: MNN_DATA_FORMAT.NHWC,
  });
  const add = createTable('Op', {
    name: 'add',
    type: OpType.BinaryOp,
    inputIndexes: Int32Array.of(1, 3),
    outputIndexes: Int32Array.of(4),
    main: { type: 'BinaryOp', value: createTable('BinaryOp', { opType: 0, T: 1 }) },
    defaultDimentionFormat: MNN_DATA_FORMAT.NHWC,
  });
  return {
    ...net,
    oplists: [image, shift, conv1, add, { ...conv2, inputIndexes: Int32Array.of(4) }],
    tensorName: ['image', 'conv1', 'conv2', 'shift/by', 'add'],
  };
}

/** The small net with a whole-number input `rows`: which rows of the image the first convolution sees. */
export function pickedRowsNet(): Net {
  const net = smallNet();
  const [image, conv1, conv2] = net.oplists!;
  const rows = createTable('Op', {
    name: 'rows',
    type: OpType.Input,
    outputIndexes: Int32Array.of(3),
    main: {
      type: 'Input',
      value: createTable('Input', {
        dims: Int32Array.of(6),
        dtype: DataType.DT_INT32,
        dformat: MNN_DATA_FORMAT.NCHW,
      }),
    },
    defaultDimentionFormat: MNN_DATA_FORMAT.NHWC,
  });
  const pick = createTable('Op', {
    name: 'pick',
    type: OpType.GatherV2,
    inputIndexes: Int32Array.of(0, 3),
    outputIndexes: Int32Array.of(4),
    main: { type: 'Axis', value: createTable('Axis', { axis: 2 }) },
    defaultDimentionFormat: MNN_DATA_FORMAT.NHWC,
  });
  return {
    ...net,
    oplists: [image, rows, pick, { ...conv1, inputIndexes: Int32Array.of(4) }, conv2],
    tensorName: ['image', 'conv1', 'conv2', 'rows', 'pick'],
  };
}
