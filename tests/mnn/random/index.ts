import { ARITHMETIC_OPS } from './arithmetic-ops.ts';
import { COLUMN_OPS } from './column-ops.ts';
import { DATA_SHAPE_OPS } from './data-shape-ops.ts';
import type { Generator } from './draw.ts';
import { IMAGE_OPS } from './image-ops.ts';
import { INDEXING_OPS } from './indexing-ops.ts';
import { LAYOUT_OPS } from './layout-ops.ts';
import { LIST_OPS } from './list-ops.ts';
import { compiledLoops } from './loop-ops.ts';
import { MATRIX_OPS } from './matrix-ops.ts';
import { PROPOSAL_OPS } from './proposal-ops.ts';
import { RASTER_OP } from './raster-op.ts';
import { RECURRENT_OPS } from './recurrent-ops.ts';
import { REGION_OPS } from './region-ops.ts';
import { RESIZE_OPS } from './resize-ops.ts';

/** By op type. */
export const GENERATORS: Readonly<Record<string, Generator>> = {
  ...IMAGE_OPS,
  ...RESIZE_OPS,
  ...RASTER_OP,
  ...COLUMN_OPS,
  ...ARITHMETIC_OPS,
  ...RECURRENT_OPS,
  ...REGION_OPS,
  ...LAYOUT_OPS,
  ...INDEXING_OPS,
  ...MATRIX_OPS,
  ...PROPOSAL_OPS,
  ...LIST_OPS,
  ...DATA_SHAPE_OPS,
  While: compiledLoops,
};

/** Ops without a generator, and why. */
export const NOT_RANDOM: Readonly<Record<string, string>> = {
  Copy: 'MNN 3.6.1 has no kernel for it',
  Dropout: 'MNN 3.6.1 has no kernel for it; its converters leave it out',
  BatchNorm: 'MNN 3.6.1 has no kernel for it; batch-norm-by-hand.test.ts and training-models.test.ts',
  Moments: 'not built into the package of MNN 3.6.1; moments-by-hand.test.ts',
  InstanceNorm: 'as Moments',
  Gather: 'the old name of GatherV2, which MNN 3.6.1 has no shape for',
  If: 'in random networks, control-nets.ts, as While over subgraphs is',
};
