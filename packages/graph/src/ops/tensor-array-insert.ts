import { OpType } from '@mnnquant/mnn-format';
import { GraphError, type OpDefinition } from '../op.ts';
import type { TensorList } from '../tensor.ts';
import { knownIntegers, required } from './support/inputs.ts';
import { listCase, positionCase } from './support/list-cases.ts';
import {
  asList,
  checkFits,
  copyElements,
  listDesc,
  positionIn,
  putElements,
  requiredList,
} from './support/tensor-list.ts';

/**
 * A list with one more element: handle, position, tensor, list → list. What is there moves up; a negative position
 * counts from the end (ShapeTensorArray.cpp, MNN 3.6.1).
 */
export const tensorArrayInsert: OpDefinition<undefined> = {
  name: 'TensorArrayInsert',
  opTypes: [OpType.TensorArrayInsert],
  parse: () => undefined,
  shape(_, inputs, where) {
    const added = required(inputs, 2, where);
    const list = requiredList(inputs, 3, where);
    checkFits(added, list, where);
    const { elements, uniform } = list.list;
    const position = place(list.list, knownIntegers(inputs, 1, where)[0], where);
    const odd =
      uniform && elements.find((shape) => shape !== undefined && String(shape) !== String(added.shape));
    if (odd)
      throw new GraphError(`${where}: expected [${odd}] as all elements of the list, got [${added.shape}]`);
    const after = [...elements.slice(0, position), added.shape, ...elements.slice(position)];
    return [listDesc({ dtype: added.dtype, layout: list.layout }, { ...list.list, elements: after })];
  },
  reference(_, inputs, [y]) {
    const list = requiredList(inputs, 3, 'TensorArrayInsert');
    const given = required(inputs, 1, 'TensorArrayInsert').data[0];
    const position = place(list.list, given, 'TensorArrayInsert');
    const after = asList(y);
    copyElements(list, after, (i) => (i === position ? undefined : i < position ? i : i - 1));
    putElements(required(inputs, 2, 'TensorArrayInsert').data, [position], after);
  },
  cases: () => [
    {
      title: 'in front',
      attributes: undefined,
      inputs: [
        undefined,
        positionCase(0),
        { shape: [2, 2] },
        listCase([
          [2, 3],
          [1, 4],
        ]),
      ],
    },
    {
      title: 'before the last one',
      attributes: undefined,
      inputs: [undefined, positionCase(-1), { shape: [2, 2] }, listCase([[2, 3], [1, 4], [5]])],
    },
    {
      title: 'behind the last one',
      attributes: undefined,
      inputs: [undefined, positionCase(2), { shape: [0, 2] }, listCase([[2, 3], [4]])],
    },
    {
      title: 'whole numbers into an empty list',
      attributes: undefined,
      inputs: [
        undefined,
        positionCase(0),
        { shape: [3], dtype: 'int32' },
        listCase([], {}, { dtype: 'int32' }),
      ],
    },
  ],
};

/** Behind the last one is a place as well. */
function place(list: TensorList, given: number, where: string): number {
  return positionIn(list, given, list.elements.length, where);
}
