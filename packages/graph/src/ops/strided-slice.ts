import { OpType, type StridedSliceParam } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { elementCount, type HostTensor, type TensorDesc } from '../tensor.ts';
import { broadcastShape, broadcastStrides } from './support/broadcast.ts';
import { knownIntegers, normalizeAxis, required } from './support/inputs.ts';
import { parameter } from './support/parameter.ts';
import { copyView, denseStrides } from './support/strides.ts';
import { type BoxView, wholeView } from './support/views.ts';

export type StridedSliceAttributes = Pick<
  StridedSliceParam,
  'beginMask' | 'endMask' | 'ellipsisMask' | 'newAxisMask' | 'shrinkAxisMask'
> & {
  /** ONNX: inputs are starts, ends, axes, steps. Else TensorFlow: begin, end, strides and masks. */
  readonly onnx: boolean;
  /** A fifth input is put into the slice of a copy of x. */
  readonly writes: boolean;
};

/**
 * x[begin:end:step, …] with TensorFlow's masks or ONNX' axes, or x with other numbers there. A begin that is
 * masked counts as 0 also where its dimension goes (GeometryStridedSlice.cpp, MNN 3.6.1; TensorFlow ignores
 * the mask there).
 */
export const stridedSlice: OpDefinition<StridedSliceAttributes> = {
  name: 'StridedSlice',
  opTypes: [OpType.StridedSlice],
  parse(op, context) {
    const table = parameter(op, 'StridedSliceParam', context);
    const onnx = table.fromType === 1;
    if ((table.ellipsisMask & (table.ellipsisMask - 1)) !== 0) {
      throw new GraphError(`${context.where}: expected at most one ellipsis, got mask ${table.ellipsisMask}`);
    }
    const { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask } = table;
    const writes = !onnx && context.inputCount === 5;
    return { beginMask, endMask, ellipsisMask, newAxisMask, shrinkAxisMask, onnx, writes };
  },
  shape(attributes, inputs, where) {
    const { shape: whole, dtype, layout } = required(inputs, 0, where);
    const shape = cutsOf(attributes, inputs, where).flatMap(outputExtents);
    if (!attributes.writes) return [{ shape, dtype, layout }];
    const written = required(inputs, 4, where).shape;
    // A single number fits anywhere, whatever its number of dimensions.
    const fits =
      elementCount(written) === 1 || String(broadcastShape(written, shape, where)) === String(shape);
    if (!fits)
      throw new GraphError(
        `${where}: expected values of shape [${shape}] to put into the slice, got [${written}]`,
      );
    return [{ shape: whole, dtype, layout }];
  },
  reference(attributes, inputs, [y]) {
    const x = required(inputs, 0, 'StridedSlice');
    const described = inputs.map(describe);
    const slice = stridedSliceView(attributes, described);
    if (!attributes.writes) {
      copyView(x.data, slice, y.data, wholeView(slice.extents), slice.extents);
      return;
    }
    y.data.set(x.data);
    const values = required(inputs, 4, 'StridedSlice');
    copyView(values.data, writtenView(attributes, described), y.data, slice, slice.extents);
  },
  cases: () => [
    {
      title: 'begin and end',
      attributes: masks({}),
      inputs: [{ shape: [4, 6] }, ints(1, 2), ints(3, 6), ints(1, 2)],
    },
    {
      title: 'masks',
      attributes: masks({ beginMask: 1, endMask: 2 }),
      inputs: [{ shape: [4, 6] }, ints(2, 2), ints(3, 0), ints(1, 1)],
    },
    {
      title: 'shrink',
      attributes: masks({ shrinkAxisMask: 1 }),
      inputs: [{ shape: [4, 6] }, ints(-1, 0), ints(0, 6), ints(1, 1)],
    },
    {
      title: 'backwards',
      attributes: masks({ beginMask: 1, endMask: 1 }),
      inputs: [{ shape: [5] }, ints(0), ints(0), ints(-1)],
    },
    {
      title: 'ellipsis',
      attributes: masks({ ellipsisMask: 2 }),
      inputs: [{ shape: [3, 4, 5, 6] }, ints(1, 0, 2), ints(3, 0, 5), ints(1, 1, 1)],
    },
    {
      title: 'new axis',
      attributes: masks({ newAxisMask: 1 }),
      inputs: [{ shape: [4, 6] }, ints(0, 1), ints(0, 3), ints(1, 1)],
    },
    {
      title: 'ONNX with axes and steps',
      attributes: masks({ onnx: true }),
      inputs: [{ shape: [4, 6, 5] }, ints(-3, 0), ints(2147483647, 4), ints(2, 0), ints(2, 1)],
    },
    {
      title: 'a row put in',
      attributes: masks({ shrinkAxisMask: 1, writes: true }),
      inputs: [{ shape: [4, 6] }, ints(-2, 1), ints(0, 6), ints(1, 2), { shape: [3] }],
    },
    {
      title: 'one number put in',
      attributes: masks({ beginMask: 1, writes: true }),
      inputs: [{ shape: [4, 3] }, ints(0, 1), ints(2, 3), ints(1, 1), { shape: [1] }],
    },
    { title: 'nothing left', attributes: masks({}), inputs: [{ shape: [4] }, ints(3), ints(1), ints(1)] },
  ],
};

/** The slice as a place in x, for kernels. The bounds must be known. */
export function stridedSliceView(
  attributes: StridedSliceAttributes,
  inputs: readonly (TensorDesc | undefined)[],
): BoxView {
  const where = 'StridedSlice';
  return viewOf(cutsOf(attributes, inputs, where), required(inputs, 0, where).shape);
}

/** The values that are put into the slice, as a place in the fifth input, with the slice's extents. */
export function writtenView(
  attributes: StridedSliceAttributes,
  inputs: readonly (TensorDesc | undefined)[],
): BoxView {
  const where = 'StridedSlice';
  const cuts = cutsOf(attributes, inputs, where);
  const { extents } = viewOf(cuts, required(inputs, 0, where).shape);
  return { offset: 0, strides: valueStrides(cuts, required(inputs, 4, where).shape), extents };
}

function masks(options: Partial<StridedSliceAttributes>): StridedSliceAttributes {
  return {
    beginMask: 0,
    endMask: 0,
    ellipsisMask: 0,
    newAxisMask: 0,
    shrinkAxisMask: 0,
    onnx: false,
    writes: false,
    ...options,
  };
}

function ints(...data: number[]) {
  return { shape: [data.length], dtype: 'int32' as const, data };
}

function describe(tensor: HostTensor | undefined): TensorDesc | undefined {
  return tensor && { ...tensor, value: tensor.data };
}

type Cut =
  | { readonly kind: 'new' }
  | {
      readonly kind: 'keep' | 'shrink';
      readonly start: number;
      readonly step: number;
      readonly count: number;
    };

function outputExtents(cut: Cut): number[] {
  if (cut.kind === 'new') return [1];
  return cut.kind === 'shrink' ? [] : [cut.count];
}

/** The slice as a place in x. */
function viewOf(cuts: readonly Cut[], shape: readonly number[]): BoxView {
  const dense = denseStrides(shape);
  const taken = cuts.filter((cut) => cut.kind !== 'new');
  return {
    offset: taken.reduce((sum, cut, axis) => sum + cut.start * dense[axis], 0),
    strides: taken.map((cut, axis) => cut.step * dense[axis]),
    extents: taken.map(({ count }) => count),
  };
}

/** Steps through the values to write, per dimension of x: those of the slice that they broadcast to. */
function valueStrides(cuts: readonly Cut[], shape: readonly number[]): number[] {
  const strides = broadcastStrides(shape, cuts.flatMap(outputExtents));
  let at = 0;
  return cuts.flatMap((cut) => {
    if (cut.kind === 'shrink') return [0];
    const stride = strides[at++];
    return cut.kind === 'new' ? [] : [stride];
  });
}

/** What is taken of each input dimension, with the new dimensions in between. */
function cutsOf(
  attributes: StridedSliceAttributes,
  inputs: readonly (TensorDesc | undefined)[],
  where: string,
): Cut[] {
  const { shape } = required(inputs, 0, where);
  const begin = knownIntegers(inputs, 1, where);
  const end = knownIntegers(inputs, 2, where);
  if (attributes.onnx) {
    const axes = inputs[3] ? knownIntegers(inputs, 3, where) : begin.map((_, i) => i);
    const steps = inputs[4] ? knownIntegers(inputs, 4, where) : begin.map(() => 1);
    const cuts: Cut[] = shape.map((extent) => ({ kind: 'keep', start: 0, step: 1, count: extent }));
    for (const [i, axis] of axes.entries()) {
      const at = normalizeAxis(axis, shape.length, where);
      cuts[at] = cut(shape[at], begin[i], end[i], steps[i], where);
    }
    return cuts;
  }
  const steps = inputs[3] ? knownIntegers(inputs, 3, where) : begin.map(() => 1);
  return maskedCuts(attributes, shape, begin, end, steps, where);
}

function maskedCuts(
  attributes: StridedSliceAttributes,
  shape: readonly number[],
  begin: readonly number[],
  end: readonly number[],
  steps: readonly number[],
  where: string,
): Cut[] {
  const has = (mask: number, i: number): boolean => (mask & (1 << i)) !== 0;
  const consumed = begin.filter(
    (_, i) => !has(attributes.newAxisMask, i) && !has(attributes.ellipsisMask, i),
  ).length;
  const cuts: Cut[] = [];
  let axis = 0;
  const keep = (): void => {
    cuts.push({ kind: 'keep', start: 0, step: 1, count: shape[axis++] });
  };
  for (let i = 0; i < begin.length; i++) {
    if (has(attributes.ellipsisMask, i)) {
      for (let rest = shape.length - consumed; rest > 0; rest--) keep();
    } else if (has(attributes.newAxisMask, i)) {
      cuts.push({ kind: 'new' });
    } else {
      const extent = shape[axis++];
      if (has(attributes.shrinkAxisMask, i)) {
        const given = has(attributes.beginMask, i) ? 0 : begin[i];
        const start = given < 0 ? given + extent : given;
        cuts.push({
          kind: 'shrink',
          start: Math.min(Math.max(start, 0), Math.max(extent - 1, 0)),
          step: 1,
          count: 1,
        });
        continue;
      }
      const from = has(attributes.beginMask, i) ? undefined : begin[i];
      const to = has(attributes.endMask, i) ? undefined : end[i];
      cuts.push(cut(extent, from, to, steps[i], where));
    }
  }
  while (axis < shape.length) keep();
  return cuts;
}

/** Python's slice rule; `undefined` stands for an open end. */
function cut(
  extent: number,
  begin: number | undefined,
  end: number | undefined,
  step: number,
  where: string,
): Cut {
  if (step === 0) throw new GraphError(`${where}: expected a step other than 0`);
  const lowest = step > 0 ? 0 : -1;
  const highest = step > 0 ? extent : extent - 1;
  const clamp = (value: number): number =>
    Math.min(highest, Math.max(lowest, value < 0 ? value + extent : value));
  const start = begin === undefined ? (step > 0 ? 0 : extent - 1) : clamp(begin);
  const stop = end === undefined ? (step > 0 ? extent : -1) : clamp(end);
  return { kind: 'keep', start, step, count: Math.max(0, Math.ceil((stop - start) / step)) };
}
