import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import type { TensorList } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { listCase, positionCase } from './support/list-cases.ts';
import { asList, copyElements, listDesc, positionIn, requiredList } from './support/tensor-list.ts';

/**
 * A list without one of its elements: handle, position, list → list. A negative position counts from the end
 * (ShapeTensorArray.cpp, MNN 3.6.1).
 */
export const tensorArrayErase: OpDefinition<undefined> = {
  name: 'TensorArrayErase',
  opTypes: [OpType.TensorArrayErase],
  parse: () => undefined,
  shape(_, inputs, where) {
    const list = requiredList(inputs, 2, where);
    const position = place(list.list, knownIntegers(inputs, 1, where)[0], where);
    const elements = list.list.elements.filter((_shape, i) => i !== position);
    return [listDesc(list, { ...list.list, elements })];
  },
  reference(_, inputs, [y]) {
    const list = requiredList(inputs, 2, 'TensorArrayErase');
    const given = required(inputs, 1, 'TensorArrayErase').data[0];
    const position = place(list.list, given, 'TensorArrayErase');
    copyElements(list, asList(y), (i) => (i < position ? i : i + 1));
  },
  cases: () => [
    {
      title: 'one without numbers stays',
      attributes: undefined,
      inputs: [undefined, positionCase(1), listCase([[0, 3], [1, 4], [2]])],
    },
    {
      title: 'the first',
      attributes: undefined,
      inputs: [undefined, positionCase(0), listCase([[2, 3], [1, 4], [5]])],
    },
    {
      title: 'the last but one',
      attributes: undefined,
      inputs: [undefined, positionCase(-2), listCase([[2, 3], [1, 4], [5]])],
    },
    {
      title: 'the only one',
      attributes: undefined,
      inputs: [undefined, positionCase(0), listCase([[2, 3]], {}, { dtype: 'int32' })],
    },
  ],
};

function place(list: TensorList, given: number, where: string): number {
  return positionIn(list, given, list.elements.length - 1, where);
}
