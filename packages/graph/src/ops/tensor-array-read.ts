import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import type { TensorList } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { listCase, positionCase } from './support/list-cases.ts';
import { offsetsOf, positionIn, requiredList, shapeOf } from './support/tensor-list.ts';

/**
 * One element of a list: handle, position, list → tensor. A negative position counts from the end
 * (GeometryTensorArray.cpp, MNN 3.6.1, which takes the first element's shape for it).
 */
export const tensorArrayRead: OpDefinition<undefined> = {
  name: 'TensorArrayRead',
  opTypes: [OpType.TensorArrayRead],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { list, dtype, layout } = requiredList(inputs, 2, where);
    // Where all are alike it does not matter which, and the position may depend on the data.
    const any = list.uniform && list.elements.length > 0 && inputs[1]?.value === undefined;
    const position = any ? 0 : place(list, knownIntegers(inputs, 1, where)[0], where);
    return [{ shape: shapeOf(list, position, where), dtype, layout }];
  },
  reference(_, inputs, [y]) {
    const { list, data } = requiredList(inputs, 2, 'TensorArrayRead');
    const position = place(list, required(inputs, 1, 'TensorArrayRead').data[0], 'TensorArrayRead');
    const offset = offsetsOf(list)[position];
    y.data.set(data.subarray(offset, offset + y.data.length));
  },
  cases: () => [
    {
      title: 'the second of three',
      attributes: undefined,
      inputs: [undefined, positionCase(1), listCase([[2, 3], [1, 4], [5]])],
    },
    {
      title: 'the last of three',
      attributes: undefined,
      inputs: [
        undefined,
        positionCase(-1),
        listCase([
          [2, 3],
          [1, 4],
          [2, 2, 2],
        ]),
      ],
    },
    {
      title: 'of equal ones, in NHWC',
      attributes: undefined,
      inputs: [
        undefined,
        positionCase(2),
        listCase(Array(3).fill([1, 2, 2, 3]), { grows: false, uniform: true }, { layout: 'NHWC' }),
      ],
    },
    {
      title: 'one without numbers',
      attributes: undefined,
      inputs: [undefined, positionCase(0), listCase([[0, 3], [2]])],
    },
    {
      title: 'whole numbers',
      attributes: undefined,
      inputs: [undefined, positionCase(1), listCase([[2], [3]], {}, { dtype: 'int32' })],
    },
  ],
};

function place(list: TensorList, given: number, where: string): number {
  return positionIn(list, given, list.elements.length - 1, where);
}
