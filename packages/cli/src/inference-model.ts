import {
  type FoldedModel,
  foldBatchNorm,
  inlineConstantWeights,
  resizeLinesAsImages,
} from '@mnnquant/calibrate';
import type { MnnModel } from '@mnnquant/mnn-format';
import type { Config } from './config/schema.ts';

/** The model as it is to be quantized, and what is to be said about it. */
export interface InferenceModel {
  readonly folded: FoldedModel;
  /** What was folded. */
  readonly source: MnnModel;
  readonly notes: readonly string[];
  /** Whether BatchNorm layers are to be run as in training, and folded again with what that brings. */
  readonly training: boolean;
}

/**
 * Gives convolutions the constant weights that they share, makes lines that are resized images, and takes out what only training needs: BatchNorm with its
 * stored statistics, and Dropout. Most models have none of these and come back as they are.
 */
export function inferenceModel(given: MnnModel, config: Config): InferenceModel {
  const { model: inlined, convolutions } = inlineConstantWeights(given);
  const { model: source, ops } = resizeLinesAsImages(inlined);
  const folded = foldBatchNorm(source);
  const layers = folded.folded.length + folded.asScale.length > 0;
  const asked = config.bn === 'train' && config.feature_quantize_method === 'EMA';
  const idle =
    asked && !layers ? ['config: "bn": "train" has no effect: the model has no BatchNorm layer'] : [];
  const notes = [
    ...sharingNotes(convolutions.length),
    ...lineNotes(ops.length),
    ...notesOf(folded, asked),
    ...idle,
  ];
  return { folded, source, notes, training: layers && asked };
}

function sharingNotes(count: number): string[] {
  if (count === 0) return [];
  return [
    `${counted(count, 'convolution')} took weights from constants of the file, which MNN runs in float only: given a copy`,
  ];
}

function lineNotes(count: number): string[] {
  if (count === 0) return [];
  return [
    `${counted(count, 'resize')} of lines made one of images with a single column, which MNN gets right`,
  ];
}

function notesOf({ folded, asScale, dropouts }: FoldedModel, training: boolean): string[] {
  const notes: string[] = [];
  const count = folded.length + asScale.length;
  if (count > 0) {
    const statistics = training ? 'statistics that moved with the samples' : 'the stored statistics';
    const scales = asScale.length > 0 ? ` (${asScale.length} of them as a Scale op)` : '';
    notes.push(`${counted(count, 'BatchNorm layer')} folded with ${statistics}${scales}`);
  }
  if (dropouts.length > 0) notes.push(`${counted(dropouts.length, 'Dropout layer')} taken out`);
  return notes;
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
