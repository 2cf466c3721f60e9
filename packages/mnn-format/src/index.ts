export { createTable } from './create-table.ts';
export { opTypeName } from './enum-names.ts';
export { MnnFormatError } from './error.ts';
export * from './generated/enums.ts';
export type * from './generated/tables.ts';
export type { MnnModel, ReadLimits, UnknownField } from './model.ts';
export { type ReadOptions, readModel } from './reader/read.ts';
export { writeModel } from './writer/write.ts';
