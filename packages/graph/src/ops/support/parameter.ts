import type { Op } from '@mnnquant/mnn-format';
import { GraphError, type ParseContext } from '../../op.ts';

type Union = NonNullable<Op['main']>;
type Member<K extends Union['type']> = Extract<Union, { type: K }>['value'];

/** The op's parameter table; an error when it is another one or absent. */
export function parameter<K extends Union['type']>(op: Op, type: K, { where }: ParseContext): Member<K> {
  if (op.main?.type !== type) {
    throw new GraphError(`${where}: expected a parameter of type ${type}, got ${op.main?.type ?? 'none'}`);
  }
  return op.main.value as Member<K>;
}

/** The op's parameter table, or `undefined` when the file has none or another one. */
export function optionalParameter<K extends Union['type']>(op: Op, type: K): Member<K> | undefined {
  return (op.main?.type === type ? op.main.value : undefined) as Member<K> | undefined;
}
