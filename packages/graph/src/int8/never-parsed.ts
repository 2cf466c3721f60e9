import { GraphError, type ParseContext } from '../op.ts';

/** No file holds these ops: they are made of others, with their attributes. */
export function neverParsed(_op: unknown, { where }: Pick<ParseContext, 'where'>): never {
  throw new GraphError(`${where}: ops of simulated networks are not read from files`);
}
