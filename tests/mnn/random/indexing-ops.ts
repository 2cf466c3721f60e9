import { BinaryOpOperation } from '@mnnquant/mnn-format';
import { ints, main, scalar } from '../../../packages/graph/test/golden/golden-case.ts';
import type { Draw, Generator, RandomCase } from './draw.ts';

function gather(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  const axis = draw.int(0, shape.length - 1);
  const indices = draw.whole(draw.shape(draw.int(1, 2)), 0, shape[axis] - 1);
  // MNN refuses the first axis counted from the end.
  const given = axis === 0 ? 0 : draw.pick(axis, axis - shape.length);
  if (draw.bool())
    return { type: 'GatherV2', main: main('Axis', { axis: given }), inputs: [draw.tensor(shape), indices] };
  return { type: 'GatherV2', inputs: [draw.tensor(shape), indices, scalar(given)] };
}

function gatherNd(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  const width = draw.int(1, shape.length);
  const rows = draw.shape(draw.int(1, 2));
  const count = rows.reduce((product, extent) => product * extent, 1);
  const data = Array.from({ length: count }, () =>
    shape.slice(0, width).map((extent) => draw.int(0, extent - 1)),
  ).flat();
  return {
    type: 'GatherND',
    inputs: [draw.tensor(shape), { shape: [...rows, width], dtype: 'int32', data }],
  };
}

function gatherElements(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  const axis = draw.int(0, shape.length - 1);
  const own = shape.map((extent, i) => draw.int(1, i === axis ? 6 : extent));
  return {
    type: 'GatherElements',
    inputs: [
      draw.tensor(shape),
      draw.whole(own, 0, shape[axis] - 1),
      scalar(draw.pick(axis, axis - shape.length)),
    ],
  };
}

const REDUCTIONS = [-1, BinaryOpOperation.ADD, BinaryOpOperation.MUL, BinaryOpOperation.SUB];

/** Indices in two dimensions: MNN is wrong about others where slices are put in. */
function scatterNd(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 3));
  const width = draw.int(1, shape.length);
  const count = draw.int(1, 5);
  const data = Array.from({ length: count }, () =>
    shape.slice(0, width).map((extent) => draw.int(0, extent - 1)),
  ).flat();
  const slices = width === 1 ? shape.slice(1) : [];
  const target = width === 1 ? shape : shape.slice(0, width);
  const whole = draw.int(0, 3) === 0;
  const numbers = (dims: number[]) => (whole ? draw.whole(dims, -9, 9) : draw.tensor(dims));
  return {
    type: 'ScatterNd',
    main: main('BinaryOp', { opType: (whole ? -1 : draw.pick(...REDUCTIONS)) as 0 }),
    inputs: [
      { shape: [count, width], dtype: 'int32', data },
      numbers([count, ...slices]),
      ints(...target),
      ...(draw.bool() ? [numbers(target)] : []),
    ],
  };
}

function scatterElements(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 3));
  const axis = draw.int(0, shape.length - 1);
  const own = shape.map((extent) => draw.int(1, extent));
  return {
    type: 'ScatterElements',
    main: main('BinaryOp', { opType: draw.pick(...REDUCTIONS) as 0 }),
    inputs: [
      draw.tensor(shape),
      draw.whole(own, 0, shape[axis] - 1),
      draw.tensor(own),
      scalar(draw.pick(axis, axis - shape.length)),
    ],
  };
}

function reverse(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 4));
  return { type: 'Reverse', inputs: [draw.tensor(shape), ints(draw.int(0, shape.length - 1))] };
}

function reverseSequence(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(2, 4));
  const [batchDim, seqDim] = draw.shuffled([...shape.keys()]);
  return {
    type: 'ReverseSequence',
    main: main('ReverseSequenceParam', {
      batchDim: draw.pick(batchDim, batchDim - shape.length),
      seqDim: draw.pick(seqDim, seqDim - shape.length),
    }),
    inputs: [draw.tensor(shape), ints(...draw.list(shape[batchDim], 1, shape[seqDim]))],
  };
}

/** Different numbers: which of equal ones comes first is MNN's secret. */
function topK(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 3), 1, 7);
  const count = shape.reduce((product, extent) => product * extent, 1);
  const whole = draw.int(0, 3) === 0;
  const data = draw.shuffled(Array.from({ length: count }, (_, i) => (whole ? i : i / 8 - 3)));
  const last = shape.length - 1;
  return {
    type: 'TopKV2',
    main: main('TopKV2', { largest: draw.bool(), sorted: true }),
    inputs: [
      { shape, data, dtype: whole ? 'int32' : 'float32' },
      ints(draw.int(1, shape[last])),
      ...(draw.bool() ? [scalar(last)] : []),
    ],
    outputs: 2,
  };
}

function oneHot(draw: Draw): RandomCase {
  const shape = draw.shape(draw.int(1, 3));
  const whole = draw.bool();
  const value = () => (whole ? scalar(draw.int(-3, 3)) : scalar(draw.number(-2, 2), 'float32'));
  return {
    type: 'OneHot',
    main: main('OneHotParam', { axis: draw.axis(shape.length + 1) }),
    inputs: [draw.whole(shape, -1, 5), scalar(draw.int(1, 5)), value(), value()],
  };
}

function linSpace(draw: Draw): RandomCase {
  return {
    type: 'LinSpace',
    inputs: [
      scalar(draw.number(-3, 3), 'float32'),
      scalar(draw.number(-3, 3), 'float32'),
      scalar(draw.int(1, 9)),
    ],
  };
}

export const INDEXING_OPS: Readonly<Record<string, Generator>> = {
  GatherV2: gather,
  GatherND: gatherNd,
  GatherElements: gatherElements,
  ScatterNd: scatterNd,
  ScatterElements: scatterElements,
  Reverse: reverse,
  ReverseSequence: reverseSequence,
  TopKV2: topK,
  OneHot: oneHot,
  LinSpace: linSpace,
};
