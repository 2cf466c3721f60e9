import { OpTypeNames } from './generated/enums.ts';

/** Name of an operator type, `OpType(<n>)` for a number that the schema does not know. */
export function opTypeName(type: number): string {
  return OpTypeNames[type] ?? `OpType(${type})`;
}
