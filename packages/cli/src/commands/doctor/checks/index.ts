import type { Check } from '../finding.ts';
import { alpha } from './alpha.ts';
import { arrayValues } from './array-values.ts';
import { colourOrder } from './colour-order.ts';
import { coloursUnsaid } from './colours-unsaid.ts';
import { configKeys } from './config-keys.ts';
import { duplicates } from './duplicates.ts';
import { estimate } from './estimate.ts';
import { exifRotation } from './exif-rotation.ts';
import { greyscale } from './greyscale.ts';
import { inputFit } from './input-fit.ts';
import { inputRange } from './input-range.ts';
import { int8Share } from './int8-share.ts';
import { modelKind } from './model-kind.ts';
import { nearIdentical } from './near-identical.ts';
import { sampleCount } from './sample-count.ts';
import { settings } from './settings.ts';
import { stretched } from './stretched.ts';
import { target } from './target.ts';
import { units } from './units.ts';
import { unreadable } from './unreadable.ts';
import { upscaled } from './upscaled.ts';

/** Every check, in the order of what they look at; findings of one level come in this order. */
export const CHECKS: readonly Check[] = [
  configKeys,
  modelKind,
  inputFit,
  target,
  int8Share,
  colourOrder,
  coloursUnsaid,
  units,
  inputRange,
  unreadable,
  arrayValues,
  sampleCount,
  duplicates,
  nearIdentical,
  stretched,
  upscaled,
  greyscale,
  alpha,
  exifRotation,
  settings,
  estimate,
];
