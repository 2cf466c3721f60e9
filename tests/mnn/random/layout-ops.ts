import { DataType, MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import { type GoldenInput, ints, main, scalar } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

/** Floats or, now and then, whole numbers. */
function values(draw: Draw, shape: readonly number[]): GoldenInput {
  return draw.int(0, 3) === 0 ? draw.whole(shape, -9, 9) : draw.tensor(shape);
}

/** Splits a number of elements into extents at random. */
function factored(draw: Draw, count: number, rank: number): number[] {
  const shape: number[] = [];
  let left = count;
  for (let i = 0; i < rank - 1; i++) {
    const divisors = Array.from({ length: left }, (_, k) => k + 1).filter((n) => left % n === 0);
    shape.push(draw.pick(...divisors));
    left /= shape[i];
  }
  return [...shape, left];
}

function reshape(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 5), 1, 4);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const target = factored(draw, count, draw.int(1, 5));
  if (draw.bool()) target[draw.int(0, target.length - 1)] = -1;
  const asInput = draw.bool();
  const x = shape.length === 4 && draw.bool() ? { shape, layout: 'NC4HW4' as const } : values(draw, shape);
  return {
    type: 'Reshape',
    main: main('Reshape', {
      dims: asInput ? undefined : Int32Array.from(target),
      dimType: MNN_DATA_FORMAT.NCHW,
    }),
    inputs: asInput ? [x, ints(...target)] : [x],
  };
}

function permute(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 5), 1, 4);
  const order = draw.shuffled([...shape.keys()]);
  if (draw.bool())
    return {
      type: 'Permute',
      main: main('Permute', { dims: Int32Array.from(order) }),
      inputs: [values(draw, shape)],
    };
  return { type: 'Transpose', main: main('Transpose'), inputs: [values(draw, shape), ints(...order)] };
}

function concat(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  const axis = draw.int(0, shape.length - 1);
  const images = shape.length === 4 && draw.bool();
  const inputs = Array.from({ length: draw.int(1, 4) }, () => {
    const own = shape.with(axis, draw.int(1, 6));
    return images ? { shape: own, layout: 'NC4HW4' as const } : draw.tensor(own);
  });
  return { type: 'Concat', main: main('Axis', { axis: draw.pick(axis, axis - shape.length) }), inputs };
}

function slice(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 8);
  const axis = draw.int(0, shape.length - 1);
  const parts = draw.list(draw.int(1, 3), 1, 3);
  const x = {
    shape: shape.with(
      axis,
      parts.reduce((a, b) => a + b, 0),
    ),
  };
  const caffe = draw.bool();
  const points = caffe
    ? parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).reduce((a, b) => a + b, 0))
    : parts;
  return {
    type: 'Slice',
    main: main('Slice', {
      axis,
      slicePoints: Int32Array.from(points),
      sourceType: (caffe ? 0 : draw.pick(1, 3)) as 0,
    }),
    inputs: [x],
    outputs: parts.length,
  };
}

function sliceTf(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  const begin = shape.map((extent) => draw.int(0, extent - 1));
  const size = shape.map((extent, i) => (draw.int(0, 2) === 0 ? -1 : draw.int(1, extent - begin[i])));
  return { type: 'SliceTf', inputs: [values(draw, shape), ints(...begin), ints(...size)] };
}

/** TensorFlow's form: what is taken of the first and, behind an ellipsis, of the last dimensions. */
function stridedSlice(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 6);
  const count = draw.int(1, shape.length);
  const cut = draw.int(0, 2) === 0 ? draw.int(0, count) : count;
  const axes = Array.from({ length: count }, (_, i) => (i < cut ? i : shape.length - count + i));
  const entries = axes.map((axis) => {
    const begin = draw.int(0, shape[axis] - 1);
    const end = draw.int(begin + 1, shape[axis]);
    const bits = { beginMask: draw.bool(), endMask: draw.bool(), shrinkAxisMask: draw.int(0, 3) === 0 };
    return { ...bits, begin: draw.pick(begin, begin - shape[axis]), end, stride: draw.int(1, 2) };
  });
  const placeholder = {
    begin: 0,
    end: 0,
    stride: 1,
    beginMask: false,
    endMask: false,
    shrinkAxisMask: false,
  };
  const all: (typeof placeholder & { ellipsisMask?: boolean; newAxisMask?: boolean })[] = [...entries];
  if (cut < count) all.splice(cut, 0, { ...placeholder, ellipsisMask: true });
  else if (shape.length < 4 && draw.int(0, 3) === 0)
    all.splice(draw.int(0, all.length), 0, { ...placeholder, newAxisMask: true });
  const masks = ['beginMask', 'endMask', 'shrinkAxisMask', 'ellipsisMask', 'newAxisMask'] as const;
  const bits = masks.map((mask) => [
    mask,
    all.reduce((sum, entry, i) => sum + (entry[mask] ? 2 ** i : 0), 0),
  ]);
  return {
    type: 'StridedSlice',
    main: main('StridedSliceParam', {
      Index: DataType.DT_INT32,
      T: DataType.DT_FLOAT,
      ...Object.fromEntries(bits),
    }),
    inputs: [
      draw.tensor(shape),
      ints(...all.map(({ begin }) => begin)),
      ints(...all.map(({ end }) => end)),
      ints(...all.map(({ stride }) => stride)),
    ],
  };
}

/** Numbers put into a slice. */
function sliceWrite(draw: Draw): RandomCase {
  const { main: parameter, inputs } = stridedSlice(draw);
  const [x, ...bounds] = inputs;
  return {
    type: 'StridedSlice',
    main: parameter,
    inputs: [x, ...bounds, draw.tensor([1])],
  };
}

/** ONNX's form: start, end, axes, steps, which may run backwards. */
function onnxSlice(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 6);
  const axes = draw.some([...shape.keys()]);
  const picks = axes.map((axis) => {
    // MNN turns one of three dimensions round.
    const backwards = shape.length <= 3 && draw.int(0, 3) === 0;
    const begin = draw.int(0, shape[axis] - 1);
    return backwards
      ? { begin, end: draw.int(-shape[axis] - 1, -shape[axis] + begin - 1), step: -1 }
      : { begin, end: draw.int(begin + 1, shape[axis] + 2), step: draw.int(1, 2) };
  });
  return {
    type: 'StridedSlice',
    main: main('StridedSliceParam', { Index: DataType.DT_INT32, T: DataType.DT_FLOAT, fromType: 1 }),
    inputs: [
      draw.tensor(shape),
      ints(...picks.map(({ begin }) => begin)),
      ints(...picks.map(({ end }) => end)),
      ints(...axes),
      ints(...picks.map(({ step }) => step)),
    ],
  };
}

function withOnes(draw: Draw): { shape: number[]; ones: number[] } {
  const shape = draw.shape(draw.int(1, 5), 1, 4).map((extent) => (draw.bool() ? extent : 1));
  const ones = [...shape.keys()].filter((axis) => shape[axis] === 1);
  return { shape, ones };
}

function squeeze(draw: Draw): RandomCase {
  const { shape, ones } = withOnes(draw);
  const axes = ones.length > 0 ? draw.some(ones) : [];
  const squeezeDims = Int32Array.from(axes, (axis) => (draw.bool() ? axis : axis - shape.length));
  return { type: 'Squeeze', main: main('SqueezeParam', { squeezeDims }), inputs: [values(draw, shape)] };
}

function unsqueeze(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 3));
  const count = draw.int(1, 2);
  const axes = draw
    .shuffled(Array.from({ length: shape.length + count }, (_, i) => i))
    .slice(0, count)
    .sort();
  if (count === 1 && draw.bool())
    return {
      type: 'ExpandDims',
      main: main('ExpandDims', { axis: draw.axis(shape.length + 1) }),
      inputs: [values(draw, shape)],
    };
  return {
    type: 'Unsqueeze',
    main: main('SqueezeParam', { squeezeDims: Int32Array.from(axes) }),
    inputs: [values(draw, shape)],
  };
}

function flatten(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(2, 4), 1, 4);
  return {
    type: 'Flatten',
    main: main('Flatten', {
      axis: draw.int(1, shape.length - 1),
      endAxis: draw.pick(0, shape.length - 1),
    }),
    inputs: [draw.tensor(shape)],
  };
}

function pack(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 3));
  const x = values(draw, shape);
  return {
    type: 'Pack',
    main: main('PackParam', { axis: draw.axis(shape.length + 1) }),
    inputs: Array.from({ length: draw.int(1, 3) }, () => x),
  };
}

function unpack(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(2, 4), 1, 4);
  const axis = draw.int(0, shape.length - 1);
  return {
    type: 'Unpack',
    main: main('Axis', { axis: draw.pick(axis, axis - shape.length) }),
    inputs: [draw.tensor(shape)],
    outputs: shape[axis],
  };
}

function padding(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 2, 5);
  const mode = draw.pick(0, 1, 2, 3);
  // Mirrored numbers come from within the tensor.
  const most = mode === 0 || mode === 3 ? 3 : 1;
  const pads = shape.flatMap(() => draw.list(2, 0, most));
  const value = mode === 0 && draw.bool() ? [scalar(draw.number(-2, 2), 'float32')] : [];
  return {
    type: 'Padding',
    main: main('PadParam', { mode: mode as 0 }),
    inputs: [draw.tensor(shape), ints(...pads), ...value],
  };
}

function tile(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 4);
  return { type: 'Tile', inputs: [values(draw, shape), ints(...draw.list(shape.length, 1, 3))] };
}

function broadcastTo(draw: Draw): RandomCase {
  const target = draw.shape(draw.int(1, 4));
  const shape = target.slice(draw.int(0, target.length - 1)).map((extent) => (draw.bool() ? extent : 1));
  const fromFirst = target.length > 1 && draw.int(0, 3) === 0;
  return {
    type: 'BroadcastTo',
    main: main('Axis', { axis: Number(fromFirst) }),
    inputs: [values(draw, fromFirst ? [target[0]] : shape), ints(...target)],
  };
}

function convertTensor(draw: Draw): RandomCase {
  const formats = ['NCHW', 'NHWC', 'NC4HW4'] as const;
  const [source, dest] = draw.shuffled(formats);
  return {
    type: 'ConvertTensor',
    main: main('TensorConvertInfo', { source: MNN_DATA_FORMAT[source], dest: MNN_DATA_FORMAT[dest] }),
    inputs: [{ shape: draw.shape(4), layout: source }],
  };
}

/** In the layout of Caffe and ONNX, or of TensorFlow. */
function image(draw: Draw, batch: number, channels: number, sides: readonly number[]): GoldenInput {
  return draw.bool()
    ? { shape: [batch, channels, ...sides] }
    : { shape: [batch, ...sides, channels], layout: 'NHWC' };
}

function spaceBatch(draw: Draw, toBatch: boolean): RandomCase {
  const block = draw.list(2, 1, 3);
  const pads = draw.list(4, 0, 1);
  const cells = draw.list(2, 2, 3);
  const padded = block.map((size, i) => size * cells[i]);
  const sides = padded.map((extent, i) => (toBatch ? extent - pads[2 * i] - pads[2 * i + 1] : cells[i]));
  // Cropped in front MNN writes before the image.
  const crops = [0, draw.int(0, 1), 0, draw.int(0, 1)];
  const batch = toBatch ? draw.int(1, 2) : block[0] * block[1] * draw.int(1, 2);
  const blob = (data: readonly number[], ...dims: number[]) =>
    main('Blob', {
      dims: Int32Array.from(dims),
      dataType: DataType.DT_INT32,
      int32s: Int32Array.from(data),
    }).value as never;
  return {
    type: toBatch ? 'SpaceToBatchND' : 'BatchToSpaceND',
    main: main('SpaceBatch', {
      blockShape: blob(block, 2),
      padding: blob(toBatch ? pads : crops, 2, 2),
    }),
    inputs: [
      image(
        draw,
        batch,
        draw.int(1, 5),
        sides.map((side) => Math.max(1, side)),
      ),
    ],
  };
}

function shapeOp(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 5));
  const images = shape.length === 4 && draw.bool();
  return {
    type: 'Shape',
    format: draw.pick(MNN_DATA_FORMAT.NCHW, MNN_DATA_FORMAT.NHWC),
    inputs: [images ? { shape, layout: 'NC4HW4' } : draw.tensor(shape)],
  };
}

function fill(draw: Draw): RandomCase {
  return {
    type: 'Fill',
    inputs: [ints(...draw.shape(draw.int(1, 4))), scalar(draw.number(-2, 2), 'float32')],
  };
}

function range(draw: Draw): RandomCase {
  const [start, step, count] = [draw.int(-5, 5), draw.pick(-2, -1, 1, 3), draw.int(1, 6)];
  return {
    type: 'Range',
    main: main('Range', { Tidx: DataType.DT_INT32 }),
    inputs: [scalar(start), scalar(start + step * count), scalar(step)],
  };
}

export const LAYOUT_OPS: Readonly<Record<string, Generator>> = {
  Reshape: reshape,
  Permute: permute,
  Transpose: permute,
  Concat: concat,
  Slice: slice,
  SliceTf: sliceTf,
  StridedSlice: (draw) => draw.pick(stridedSlice, onnxSlice, sliceWrite)(draw),
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  ExpandDims: unsqueeze,
  Flatten: flatten,
  Pack: pack,
  Unpack: unpack,
  Padding: padding,
  Tile: tile,
  BroadcastTo: broadcastTo,
  ConvertTensor: convertTensor,
  SpaceToBatchND: (draw) => spaceBatch(draw, true),
  BatchToSpaceND: (draw) => spaceBatch(draw, false),
  Shape: shapeOp,
  Fill: fill,
  Range: range,
};
