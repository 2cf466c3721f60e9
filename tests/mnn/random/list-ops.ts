import { DataType, MNN_DATA_FORMAT } from '@mnnquant/mnn-format';
import {
  type GoldenInput,
  ints,
  list,
  main,
  scalar,
} from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

const same: GoldenInput = { shape: [], same: 0 };

type Table = Parameters<typeof main<'TensorArray'>>[1];

/** A list with what its elements are like. */
interface Drawn {
  readonly input: GoldenInput;
  readonly elements: readonly number[][];
  readonly uniform: boolean;
  readonly rest: Pick<GoldenInput, 'dtype' | 'layout'>;
}

/** Of 1 to 4 elements: any shapes as ONNX has them, or equal ones in TensorFlow's way. */
function anyList(draw: Draw, { alike = draw.bool(), least = 1 } = {}): Drawn {
  const uniform = alike && draw.bool();
  const layout = draw.pick('NCHW' as const, 'NHWC' as const);
  const dtype = draw.int(0, 3) === 0 ? ('int32' as const) : ('float32' as const);
  const shape = draw.shape(draw.int(1, 4), 1, 3);
  const count = draw.int(uniform ? Math.max(least, 1) : least, 4);
  const elements = Array.from({ length: count }, () => (alike ? shape : draw.shape(draw.int(1, 4), 1, 3)));
  const rest = { dtype, layout };
  return { input: list(elements, { uniform, ...rest }), elements, uniform, rest };
}

const plain = (type: RandomCase['type'], { input }: Drawn, ...between: GoldenInput[]): RandomCase => ({
  type,
  inputs: [input, ...between, same],
});

const withTable = (item: RandomCase, fields: Table): RandomCase => ({
  ...item,
  main: main('TensorArray', fields),
});

function made(draw: Draw): RandomCase {
  return {
    type: 'TensorArray',
    format: draw.pick(MNN_DATA_FORMAT.NCHW, MNN_DATA_FORMAT.NHWC),
    main: main('TensorArray', {
      T: draw.pick(DataType.DT_FLOAT, DataType.DT_INT32),
      dynamic_size: draw.bool(),
      identical_element_shapes: draw.bool(),
      element_shape: Int32Array.from(draw.shape(draw.int(1, 3))),
    }),
    inputs: [scalar(draw.int(1, 4))],
    outputs: 2,
  };
}

const size = (draw: Draw): RandomCase => plain('TensorArraySize', anyList(draw, { least: 0 }));

/** A negative position only where all are alike: MNN takes the first one's shape for it, and writes behind the result. */
function read(draw: Draw): RandomCase {
  const alike = draw.bool();
  const drawn = anyList(draw, { alike });
  const { length } = drawn.elements;
  const least = alike && !drawn.uniform ? -length : 0;
  return plain('TensorArrayRead', drawn, (draw.bool() ? scalar : ints)(draw.int(least, length - 1)));
}

/** Another shape only where nothing follows: MNN copies what does from and to the wrong place. */
function write(draw: Draw): RandomCase {
  const drawn = anyList(draw);
  const { elements, uniform, rest } = drawn;
  const position = draw.int(0, elements.length - (uniform ? 1 : 0));
  const other = !uniform && position >= elements.length - 1;
  return plain('TensorArrayWrite', drawn, scalar(position), {
    shape: other ? draw.shape(draw.int(1, 4), 1, 3) : elements[position],
    ...rest,
  });
}

function insert(draw: Draw): RandomCase {
  const drawn = anyList(draw, { alike: false, least: 0 });
  const { elements, rest } = drawn;
  const own = draw.shape(draw.int(1, 4), 1, 3);
  return plain('TensorArrayInsert', drawn, scalar(draw.int(-elements.length, elements.length)), {
    shape: own,
    ...rest,
  });
}

function erase(draw: Draw): RandomCase {
  const drawn = anyList(draw, { alike: false, least: 2 });
  const { length } = drawn.elements;
  return plain('TensorArrayErase', drawn, scalar(draw.int(-length, length - 1)));
}

function split(draw: Draw): RandomCase {
  const layout = draw.pick('NCHW' as const, 'NHWC' as const);
  const shape = draw.shape(draw.int(1, 4), 1, 6);
  const axis = draw.axis(shape.length);
  const extent = shape.at(axis)!;
  const item = (lengths: GoldenInput): RandomCase => ({
    type: 'TensorArraySplit',
    inputs: [list([], { layout }), { shape, layout }, lengths, same],
  });
  const keepdims = draw.bool();
  if (draw.bool() && extent > 1) {
    const first = draw.int(0, extent);
    return withTable(item(ints(first, extent - first)), { axis, keepdims });
  }
  return withTable(item((draw.bool() ? scalar : ints)(keepdims ? draw.int(1, extent) : 1)), {
    axis,
    keepdims,
  });
}

/** Without a new axis no list of equal shapes: MNN makes room for one of them, and writes behind it. */
function concat(draw: Draw): RandomCase {
  const { elements, uniform, rest, input } = anyList(draw, { alike: true });
  const new_axis = draw.bool();
  return {
    type: 'TensorArrayConcat',
    main: main('TensorArray', { axis: draw.int(0, elements[0].length - (new_axis ? 0 : 1)), new_axis }),
    inputs: [uniform && !new_axis ? list(elements, rest) : input, same],
  };
}

/** Joined along an axis in which they differ. */
function uneven(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4), 1, 4);
  const axis = draw.int(0, shape.length - 1);
  const elements = Array.from({ length: draw.int(1, 4) }, () =>
    shape.map((extent, i) => (i === axis ? draw.int(1, 4) : extent)),
  );
  const dtype = draw.pick('float32' as const, 'int32' as const);
  return {
    type: 'TensorArrayConcat',
    main: main('TensorArray', { axis }),
    inputs: [list(elements, { dtype }), same],
  };
}

function gather(draw: Draw): RandomCase {
  const drawn = anyList(draw, { alike: true });
  const [shape] = drawn.elements;
  const picked = draw.list(draw.int(1, 5), 0, drawn.elements.length - 1);
  return withTable(plain('TensorArrayGather', drawn, ints(...picked)), {
    T: drawn.rest.dtype === 'int32' ? DataType.DT_INT32 : DataType.DT_FLOAT,
    element_shape: Int32Array.from(shape, (extent) => draw.pick(extent, -1)),
  });
}

function scatter(draw: Draw): RandomCase {
  const { elements, rest } = anyList(draw, { alike: true });
  const positions = draw.shuffled([...elements.keys()]).slice(0, draw.int(1, elements.length));
  return {
    type: 'TensorArrayScatter',
    inputs: [
      list(elements, { uniform: true, ...rest }),
      ints(...positions),
      { shape: [positions.length, ...elements[0]], ...rest },
      same,
    ],
  };
}

export const LIST_OPS: Readonly<Record<string, Generator>> = {
  TensorArray: made,
  TensorArraySize: size,
  TensorArrayRead: read,
  TensorArrayWrite: write,
  TensorArrayInsert: insert,
  TensorArrayErase: erase,
  TensorArraySplit: split,
  TensorArrayConcat: (draw) => draw.pick(concat, uneven)(draw),
  TensorArrayGather: gather,
  TensorArrayScatter: scatter,
};
