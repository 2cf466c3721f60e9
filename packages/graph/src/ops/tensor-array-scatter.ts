import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { listCase } from './support/list-cases.ts';
import {
  asList,
  checkFits,
  copyElements,
  listDesc,
  putElements,
  requiredList,
  withWritten,
  writable,
} from './support/tensor-list.ts';

/**
 * A list with many elements written: handle, positions [n], tensor [n, ...shape], list → list
 * (ShapeTensorArray.cpp, MNN 3.6.1). Of a position that is named twice the last row stays.
 */
export const tensorArrayScatter: OpDefinition<undefined> = {
  name: 'TensorArrayScatter',
  opTypes: [OpType.TensorArrayScatter],
  parse: () => undefined,
  shape(_, inputs, where) {
    const rows = required(inputs, 2, where);
    const list = requiredList(inputs, 3, where);
    const [count, ...shape] = rows.shape;
    const { shape: found } = required(inputs, 1, where);
    if (found.length !== 1 || found[0] !== count)
      throw new GraphError(
        `${where}: expected a position for each of ${count ?? 'some'} rows, got positions [${found}] for [${rows.shape}]`,
      );
    checkFits(rows, list, where);
    const { layout, list: before } = list;
    // Where all are alike and none is added it does not matter which, and the positions may depend on the data.
    const any = before.uniform && !before.grows && inputs[1]?.value === undefined;
    const positions = any
      ? []
      : knownIntegers(inputs, 1, where).map((given) => writable(before, given, where));
    if (count === 0) return [listDesc({ dtype: rows.dtype, layout }, before)];
    return [listDesc({ dtype: rows.dtype, layout }, withWritten(before, positions, shape, where))];
  },
  reference(_, inputs, [y]) {
    const list = requiredList(inputs, 3, 'TensorArrayScatter');
    const given = Array.from(required(inputs, 1, 'TensorArrayScatter').data);
    const positions = given.map((position) => writable(list.list, position, 'TensorArrayScatter'));
    const written = new Set(positions);
    const after = asList(y);
    copyElements(list, after, (i) => (written.has(i) ? undefined : i));
    putElements(required(inputs, 2, 'TensorArrayScatter').data, positions, after);
  },
  cases: () => [
    {
      title: 'all of a list of equal ones',
      attributes: undefined,
      inputs: [
        undefined,
        { shape: [3], dtype: 'int32', data: [0, 1, 2] },
        { shape: [3, 2, 2], layout: 'NHWC' },
        listCase(Array(3).fill(undefined), { grows: false, uniform: true }, { layout: 'NHWC' }),
      ],
    },
    {
      title: 'some, out of order',
      attributes: undefined,
      inputs: [
        undefined,
        { shape: [2], dtype: 'int32', data: [3, 1] },
        { shape: [2, 4] },
        listCase(Array(4).fill([4]), { grows: false, uniform: true }),
      ],
    },
    {
      title: 'behind the end of a list that grows',
      attributes: undefined,
      inputs: [
        undefined,
        { shape: [2], dtype: 'int32', data: [1, 2] },
        { shape: [2, 3] },
        listCase([[2, 2]]),
      ],
    },
    {
      title: 'none',
      attributes: undefined,
      inputs: [undefined, { shape: [0], dtype: 'int32', data: [] }, { shape: [0, 3] }, listCase([[2, 2]])],
    },
  ],
};
