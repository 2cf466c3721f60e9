/** FlatBuffers types of a field that lies in its table; `byte` is signed, `ubyte` is not. */
export type InlineType = 'bool' | 'byte' | 'ubyte' | 'short' | 'ushort' | 'int' | 'uint' | 'float';

/** Element types of a vector. */
export type ScalarType = InlineType | 'long';

export interface ScalarField {
  readonly kind: 'scalar';
  readonly name: string;
  readonly slot: number;
  readonly type: InlineType;
  readonly default: number | boolean;
  readonly enum?: string;
}

/** A vector of scalars, decoded to a typed array. */
export interface ScalarsField {
  readonly kind: 'scalars';
  readonly name: string;
  readonly slot: number;
  readonly type: ScalarType;
  readonly enum?: string;
}

export interface StringField {
  readonly kind: 'string';
  readonly name: string;
  readonly slot: number;
  /** FlatBuffers verifiers, MNN's among them, refuse a table without it. */
  readonly required?: boolean;
}

export interface StringsField {
  readonly kind: 'strings';
  readonly name: string;
  readonly slot: number;
}

export interface TableField {
  readonly kind: 'table' | 'tables';
  readonly name: string;
  readonly slot: number;
  readonly table: string;
}

/** Takes two slots: the member's number (0 is none), then the member's table. */
export interface UnionField {
  readonly kind: 'union';
  readonly name: string;
  readonly slot: number;
  readonly union: string;
}

export type FieldDescriptor =
  | ScalarField
  | ScalarsField
  | StringField
  | StringsField
  | TableField
  | UnionField;

export interface TableDescriptor {
  readonly name: string;
  /** How many vtable slots the schema knows. */
  readonly slots: number;
  readonly fields: readonly FieldDescriptor[];
}
