import { OpType } from '@mnnquant/mnn-format';
import type { OpDefinition } from '../op.ts';
import { listCase } from './support/list-cases.ts';
import { requiredList } from './support/tensor-list.ts';

/** How many elements a list has: handle, list → int32 [1] (ShapeTensorArray.cpp, MNN 3.6.1). */
export const tensorArraySize: OpDefinition<undefined> = {
  name: 'TensorArraySize',
  opTypes: [OpType.TensorArraySize],
  parse: () => undefined,
  shape(_, inputs, where) {
    const { list, layout } = requiredList(inputs, 1, where);
    return [{ shape: [1], dtype: 'int32', layout, value: Int32Array.of(list.elements.length) }];
  },
  reference(_, inputs, [y]) {
    y.data[0] = requiredList(inputs, 1, 'TensorArraySize').list.elements.length;
  },
  cases: () => [
    { title: 'three', attributes: undefined, inputs: [undefined, listCase([[2, 3], [2], [0, 4]])] },
    { title: 'none', attributes: undefined, inputs: [undefined, listCase([])] },
  ],
};
