import { ScaleStorageType } from '../generated/enums.ts';
import type { IDSTQuan } from '../generated/tables.ts';
import { halfToFloat } from './half.ts';

/** How integer weights become floats: weight = q * scale + offset, per group of weights. */
export interface GroupScales {
  readonly scales: Float32Array;
  /** Absent for symmetric weights. */
  readonly offsets: Float32Array | undefined;
}

/** MNN's bound below which a `quantScale` counts as not set. */
const UNSET_SCALE = 1e-6;
/** `aMin` of asymmetric models that were written before the field existed. */
const OLD_MINIMUM = -128;
const RAW_INT8 = 4;

/** Scale numbers as the file has them, widened from half floats where it has those. */
export function storedAlpha(quan: IDSTQuan): Float32Array | undefined {
  if (quan.scaleStorage !== ScaleStorageType.FP16) return quan.alpha;
  return quan.alphaFp16 && Float32Array.from(quan.alphaFp16, halfToFloat);
}

/** All steps in float32, as MNN 3.6.1 ConvolutionCommon.cpp (`load`) takes them. */
export function groupScales(quan: IDSTQuan, stored: Float32Array): GroupScales {
  const oldRaw = quan.type === RAW_INT8 && quan.aMin === 0 && Math.abs(quan.quantScale) < UNSET_SCALE;
  const asymmetric = quan.readType !== 0 || oldRaw;
  const factor = quan.has_scaleInt || oldRaw ? 1 : quan.quantScale;
  if (!asymmetric) return { scales: stored.map((scale) => scale * factor), offsets: undefined };
  const lowest = quan.aMin === 0 ? OLD_MINIMUM : quan.aMin;
  const groups = stored.length >> 1;
  const scales = new Float32Array(groups);
  const offsets = new Float32Array(groups);
  for (let group = 0; group < groups; group++) {
    const scale = stored[2 * group + 1]!;
    const min = stored[2 * group]!;
    const offset = lowest < 0 ? Math.fround(min - Math.fround(lowest * scale)) : min;
    offsets[group] = offset * factor;
    scales[group] = scale * factor;
  }
  return { scales, offsets };
}

/** Group after group, in equal parts of `values`, as one scale per output channel or per block. */
export function applyScales(values: Int8Array, { scales, offsets }: GroupScales): Float32Array {
  const weights = new Float32Array(values.length);
  const part = values.length / scales.length;
  for (let group = 0; group < scales.length; group++) {
    const scale = scales[group]!;
    const offset = offsets ? offsets[group]! : 0;
    const end = (group + 1) * part;
    for (let i = group * part; i < end; i++) weights[i] = Math.fround(values[i]! * scale) + offset;
  }
  return weights;
}
