import { type FoldedModel, foldBatchNorm } from '@mnnquant/calibrate';
import type { MnnModel } from '@mnnquant/mnn-format';

/** The model as it is to be quantized, and what is to be said about it. */
export interface InferenceModel {
  readonly model: MnnModel;
  readonly notes: readonly string[];
  /** The ops that an op of the source went into, by name. */
  readonly into: ReadonlyMap<string, readonly string[]>;
}

/**
 * Takes out what only training needs: BatchNorm with its stored statistics, and Dropout. Most models
 * have neither and come back as they are.
 */
export function inferenceModel(source: MnnModel): InferenceModel {
  const folded = foldBatchNorm(source);
  return { model: folded.model, notes: notesOf(folded), into: folded.into };
}

function notesOf({ folded, asScale, dropouts }: FoldedModel): string[] {
  const notes: string[] = [];
  const count = folded.length + asScale.length;
  if (count > 0) {
    const scales = asScale.length > 0 ? ` (${asScale.length} of them as a Scale op)` : '';
    notes.push(`${counted(count, 'BatchNorm layer')} folded with the stored statistics${scales}`);
  }
  if (dropouts.length > 0) notes.push(`${counted(dropouts.length, 'Dropout layer')} taken out`);
  return notes;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
