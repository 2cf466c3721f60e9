import { GraphError, type OpDefinition } from '../op.ts';

/** For ops that no file holds: they are made of others, with their attributes. */
export function neverParsed(name: string): OpDefinition<never>['parse'] {
  return (_op, { where }) => {
    throw new GraphError(`${where}: ${name} is made for simulated networks, not read from a file`);
  };
}
