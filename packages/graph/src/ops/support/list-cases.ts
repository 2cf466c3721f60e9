import type { OpCaseInput } from '../../op.ts';
import type { TensorList } from '../../tensor.ts';
import { listDesc } from './tensor-list.ts';

/** A list as an input of a conformance case: one that grows, its elements of any shape, unless said otherwise. */
export function listCase(
  elements: TensorList['elements'],
  { grows = true, uniform = false }: Partial<TensorList> = {},
  rest: Pick<OpCaseInput, 'dtype' | 'layout'> = {},
): OpCaseInput {
  const { shape, list } = listDesc({ dtype: 'float32', layout: 'NCHW' }, { elements, grows, uniform });
  return { shape, list, ...rest };
}

/** A position as an input of a conformance case. */
export function positionCase(position: number): OpCaseInput {
  return { shape: [], dtype: 'int32', data: [position] };
}
