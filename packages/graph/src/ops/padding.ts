import { OpType, PadValueMode } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { optionalParameter } from './support/parameter.ts';
import { denseStrides } from './support/strides.ts';

export interface PaddingAttributes {
  /** `PadValueMode`. */
  readonly mode: number;
}

/** Adds elements before and after each dimension: x, [[before, after], …], value → y. */
export const padding: OpDefinition<PaddingAttributes> = {
  name: 'Padding',
  opTypes: [OpType.Padding],
  parse(op, { where }) {
    const mode = optionalParameter(op, 'PadParam')?.mode ?? PadValueMode.CONSTANT;
    if (!(mode in SOURCE_INDEX)) throw new GraphError(`${where}: padding mode ${mode} is unknown`);
    return { mode };
  },
  shape({ mode }, inputs, where) {
    const { shape, dtype, layout } = required(inputs, 0, where);
    const pads = knownIntegers(inputs, 1, where);
    if (pads.length < 2 * shape.length)
      throw new GraphError(`${where}: expected ${2 * shape.length} paddings, got ${pads.length}`);
    const result = shape.map((extent, i) => extent + pads[2 * i] + pads[2 * i + 1]);
    for (const [i, extent] of shape.entries()) {
      const most = Math.max(pads[2 * i], pads[2 * i + 1]);
      const limit =
        mode === PadValueMode.REFLECT ? extent - 1 : mode === PadValueMode.SYMMETRIC ? extent : most;
      if (most > limit)
        throw new GraphError(`${where}: mirrored padding of ${most} is larger than axis ${i} of [${shape}]`);
    }
    return [{ shape: result, dtype, layout }];
  },
  reference({ mode }, inputs, [y]) {
    const x = required(inputs, 0, 'Padding');
    const pads = required(inputs, 1, 'Padding').data;
    const value = inputs[2]?.data[0] ?? 0;
    const [from, to] = [denseStrides(x.shape), denseStrides(y.shape)];
    for (let i = 0; i < y.data.length; i++) {
      let source = 0;
      for (let axis = 0; axis < y.shape.length && source >= 0; axis++) {
        const at = (Math.floor(i / to[axis]) % y.shape[axis]) - pads[2 * axis];
        const inside = padSource(mode, at, x.shape[axis]);
        source = inside < 0 ? -1 : source + inside * from[axis];
      }
      y.data[i] = source < 0 ? value : x.data[source];
    }
  },
  cases: () =>
    Object.values(PadValueMode).flatMap((mode) => [
      {
        title: `mode ${mode}`,
        attributes: { mode },
        inputs: [{ shape: [3, 4] }, { shape: [4], dtype: 'int32' as const, data: [1, 2, 2, 1] }],
      },
      {
        title: `mode ${mode}, four dimensions`,
        attributes: { mode },
        inputs: [
          { shape: [1, 3, 4, 5] },
          { shape: [8], dtype: 'int32' as const, data: [0, 0, 2, 1, 0, 1, 2, 3] },
        ],
      },
    ]),
};

/** Which element stands for index `at` outside of 0..extent-1; -1 for the padding value. */
const SOURCE_INDEX: Readonly<Record<number, (at: number, extent: number) => number>> = {
  [PadValueMode.CONSTANT]: () => -1,
  [PadValueMode.REFLECT]: (at, extent) => (at < 0 ? -at : 2 * extent - 2 - at),
  [PadValueMode.SYMMETRIC]: (at, extent) => (at < 0 ? -1 - at : 2 * extent - 1 - at),
  [PadValueMode.EDGE]: (at, extent) => (at < 0 ? 0 : extent - 1),
};

/** Which element of an axis stands at index `at`, which may lie outside of 0..extent-1; -1 for the padding value. */
export function padSource(mode: number, at: number, extent: number): number {
  return at >= 0 && at < extent ? at : SOURCE_INDEX[mode](at, extent);
}
