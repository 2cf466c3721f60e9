import type { ScalarType } from '../descriptor.ts';
import { DataType, ScaleStorageType } from '../generated/enums.ts';
import type { Blob, Convolution2D, IDSTQuan } from '../generated/tables.ts';
import type { AnyTable } from './walk.ts';

/** A vector that may lie in the weight file: the n-th part has n-th size in `external`. */
export interface ExternalPart {
  /** Field of the table, or of its `quanParameter`. */
  readonly field: string;
  readonly inQuanParameter: boolean;
  readonly type: ScalarType;
}

const floats = (field: string): ExternalPart => ({ field, inQuanParameter: false, type: 'float' });
const quantized = (field: string, type: ScalarType): ExternalPart => ({ field, inQuanParameter: true, type });

/** `IDSTQuan.type` of float weights that stayed in the file. */
export const EXTERNAL_FLOAT = 8;

const BLOB_FIELDS: Readonly<Record<number, readonly [string, ScalarType]>> = {
  [DataType.DT_FLOAT]: ['float32s', 'float'],
  [DataType.DT_INT32]: ['int32s', 'int'],
  [DataType.DT_INT8]: ['int8s', 'byte'],
  [DataType.DT_UINT8]: ['uint8s', 'ubyte'],
  [DataType.DT_BFLOAT16]: ['uint8s', 'ubyte'],
  [DataType.DT_HALF]: ['uint8s', 'ubyte'],
};

/**
 * The parts behind `external` = [offset, bytes of each part], in the order of the file (MNN 3.6.1
 * RemoveParams.cpp, OpCommonUtils.cpp); undefined for tables and types that cannot be external.
 */
export function externalParts(name: string, table: AnyTable): readonly ExternalPart[] | undefined {
  switch (name) {
    case 'Convolution2D':
      return convolutionParts(table as unknown as Convolution2D);
    case 'Convolution3D':
      return [floats('weight'), floats('bias')];
    case 'Scale':
      return [floats('scaleData'), floats('biasData')];
    case 'LayerNorm':
    case 'GroupNorm':
      return [floats('gamma'), floats('beta')];
    case 'Blob': {
      const found = BLOB_FIELDS[(table as unknown as Blob).dataType];
      return found && [{ field: found[0], inQuanParameter: false, type: found[1] }];
    }
    default:
      return undefined;
  }
}

function convolutionParts(conv: Convolution2D): readonly ExternalPart[] {
  const quan: IDSTQuan | undefined = conv.quanParameter;
  if (!quan || quan.type === EXTERNAL_FLOAT) return [floats('weight'), floats('bias')];
  const half = quan.scaleStorage === ScaleStorageType.FP16;
  return [
    quantized('buffer', 'byte'),
    half ? quantized('alphaFp16', 'ushort') : quantized('alpha', 'float'),
    floats('bias'),
    quantized('index', 'uint'),
  ];
}
