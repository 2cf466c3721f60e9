import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { listCase, positionCase } from './support/list-cases.ts';
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
 * A list with one element replaced, or put behind the last one: handle, position, tensor, list → list
 * (ShapeTensorArray.cpp, MNN 3.6.1). In a list of equal shapes, what was not written holds zeros.
 */
export const tensorArrayWrite: OpDefinition<undefined> = {
  name: 'TensorArrayWrite',
  opTypes: [OpType.TensorArrayWrite],
  parse: () => undefined,
  shape(_, inputs, where) {
    const written = required(inputs, 2, where);
    const list = requiredList(inputs, 3, where);
    checkFits(written, list, where);
    const { dtype } = written;
    const { layout, list: before } = list;
    // Where all are alike and none is added it does not matter which, and the position may depend on the data.
    const any = before.uniform && !before.grows && inputs[1]?.value === undefined;
    const positions = any ? [] : [writable(before, knownIntegers(inputs, 1, where)[0], where)];
    return [listDesc({ dtype, layout }, withWritten(before, positions, written.shape, where))];
  },
  reference(_, inputs, [y]) {
    const list = requiredList(inputs, 3, 'TensorArrayWrite');
    const position = writable(list.list, required(inputs, 1, 'TensorArrayWrite').data[0], 'TensorArrayWrite');
    const after = asList(y);
    copyElements(list, after, (i) => (i === position ? undefined : i));
    putElements(required(inputs, 2, 'TensorArrayWrite').data, [position], after);
  },
  cases: () => [
    {
      title: 'replaced by another shape',
      attributes: undefined,
      inputs: [undefined, positionCase(1), { shape: [2, 2] }, listCase([[2, 3], [1, 4], [5]])],
    },
    {
      title: 'behind the last one',
      attributes: undefined,
      inputs: [undefined, positionCase(2), { shape: [2, 2] }, listCase([[2, 3], [4]])],
    },
    {
      title: 'the first of equal ones',
      attributes: undefined,
      inputs: [
        undefined,
        positionCase(2),
        { shape: [2, 2], layout: 'NHWC' },
        listCase(Array(4).fill(undefined), { grows: false, uniform: true }, { layout: 'NHWC' }),
      ],
    },
    {
      title: 'whole numbers into an empty list',
      attributes: undefined,
      inputs: [undefined, positionCase(0), { shape: [3], dtype: 'int32' }, listCase([])],
    },
    {
      title: 'a tensor without numbers',
      attributes: undefined,
      inputs: [undefined, positionCase(0), { shape: [0, 3] }, listCase([[2], [3]])],
    },
  ],
};
