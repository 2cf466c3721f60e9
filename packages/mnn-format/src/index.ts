export { createTable } from './create-table.ts';
export { opTypeName } from './enum-names.ts';
export { MnnFormatError } from './error.ts';
export { type ExternalizedModel, externalizeWeights } from './external/externalize.ts';
export { type ExternalFiles, inlineExternalWeights } from './external/inline.ts';
export { type ExternalWeight, listExternalWeights } from './external/list.ts';
export * from './generated/enums.ts';
export type * from './generated/tables.ts';
export type { MnnModel, ReadLimits, UnknownField } from './model.ts';
export { type ReadOptions, readModel } from './reader/read.ts';
export { decodeConvolutionWeights, decodeWholeWeights, type WholeWeights } from './weights/decode.ts';
export {
  type EncodedWeights,
  encodeInt8Weights,
  encodeWeights,
  weightsNeedShapeInt32,
} from './weights/encode.ts';
export { writeModel } from './writer/write.ts';
