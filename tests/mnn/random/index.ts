import { ARITHMETIC_OPS } from './arithmetic-ops.ts';
import type { Generator } from './draw.ts';
import { IMAGE_OPS } from './image-ops.ts';
import { INDEXING_OPS } from './indexing-ops.ts';
import { LAYOUT_OPS } from './layout-ops.ts';
import { RECURRENT_OPS } from './recurrent-ops.ts';

/** By op type. */
export const GENERATORS: Readonly<Record<string, Generator>> = {
  ...IMAGE_OPS,
  ...ARITHMETIC_OPS,
  ...RECURRENT_OPS,
  ...LAYOUT_OPS,
  ...INDEXING_OPS,
};

/** Ops without a generator, and why. */
export const NOT_RANDOM: Readonly<Record<string, string>> = {
  Dropout: 'MNN 3.6.1 has no kernel for it; its converters leave it out',
  If: 'small networks in packages/graph/test/golden/control-nets.ts, which control-flow.test.ts runs in MNN',
  While: 'as If; compiled loops in loop-cases.ts',
  Where: 'as many rows as the data say: data-shape-nets.ts, which control-flow.test.ts runs in MNN',
  Unique: 'as Where',
  NonMaxSuppressionV2: 'as Where',
};
