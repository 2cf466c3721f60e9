/** Cases whose outcome differs from MNN's answer, and why. */
export interface Explanation {
  readonly names: RegExp;
  readonly why: string;
}

/** Where the runtime is wrong: ours is what ONNX defines. */
export const WRONG_IN_MNN: readonly Explanation[] = [
  {
    names: /^test_(less|shrink_(hard|soft)|clip_.*expanded$|clip_expanded$)/,
    why: 'LESS compares the bits of two negative numbers as whole numbers on x86 (Vec.hpp)',
  },
  {
    names: /^test_reduce_sum_empty_axes_input_noop(_example)?$/,
    why: 'a list of axes without an axis: the sum of all stands in the first element, the others are old memory (GeometryReduce.cpp)',
  },
  { names: /^test_gru_bidirectional$/, why: 'the last state of the backward direction is not written' },
  {
    names:
      /^test_rotary_embedding(_3d_input|_interleaved|_no_position_ids(_interleaved|_rotary_dim)?)?_expanded$/,
    why: 'joins with a part that has no element leave old memory in the result',
  },
  {
    names: /^test_det_(2d|nd)$/,
    why: 'rows that swap do not turn the sign (CPUDet.cpp)',
  },
  {
    names: /^test_range_(int32_type_negative|float(16)?_type_positive)_delta_expanded$/,
    why: 'numbers that a loop stacks become rows of one number',
  },
  { names: /^test_einsum_scalar$/, why: 'a number without dimensions comes out as a row of one' },
];

/** Where the converter writes what the original network does not say, or what the runtime has no rule for. */
export const WRONG_MODEL: readonly Explanation[] = [
  {
    names: /^test_convtranspose_3d$/,
    why: 'written as a deconvolution of two dimensions; the answer has no element',
  },
  { names: /^test_einsum_batch_diagonal$/, why: 'written as a Permute that lacks an axis' },
  {
    names: /^test_resize_tf_crop_and_resize/,
    why: 'the regions are left out of the model; refused, as the coordinates cannot be known',
  },
  {
    names: /^test_resize_upsample_scales_nearest_axes_(2_3|3_2)$/,
    why: 'two scales stand where the runtime reads four: it takes them for a size, and reads behind them',
  },
  {
    names: /^test_reduce_.*_default(_axes_keepdims_(example|random))?(_expanded)?$/,
    why: 'the flag that says that no axis means all is left out: the runtime keeps the shape, as for TensorFlow (ShapeReduction.cpp)',
  },
  {
    names: /^test_causal_conv_with_state.*_expanded$/,
    why: 'a ConstantOfShape without a value is filled with old memory; the runtime turns NaN into the largest number',
  },
];

/** Ops that are refused on purpose, by MNN's name. */
export const REFUSED_OPS: ReadonlySet<string> = new Set([
  // Of quantized models.
  'Int8ToFloat',
  'FloatToInt8',
  'DynamicQuant',
  // Random numbers.
  'RandomUniform',
  'RandomNormal',
]);

export function explained(list: readonly Explanation[], name: string): boolean {
  return list.some(({ names }) => names.test(name));
}
