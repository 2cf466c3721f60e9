/** Why ops of some types cannot be evaluated, and how to do without them. */
export interface UnsupportedOrigin {
  /** What they have in common, as a heading. */
  readonly title: string;
  readonly types: readonly string[];
  /** Their presence says that the model is not one to quantize. */
  readonly wrongModel?: boolean;
  /** One sentence that names the types: where they come from and what to do. */
  remedy(types: string): string;
}

const cutOff = (types: string): string =>
  `Convert the model without ${types}, or cut it off before and quantize the rest.`;

/**
 * Every op type of MNN's schema (3.6.1) that has no definition here, once. Where they come from: the converter
 * (tools/converter/source), what runs them: source/backend/cpu, source/geometry.
 */
export const UNSUPPORTED_ORIGINS: readonly UnsupportedOrigin[] = [
  {
    title: 'Fused transformer ops',
    types: ['Attention', 'FmhaV2', 'Fmhca', 'GroupNorm', 'SeqLen2Spatial', 'SplitGeLU'],
    remedy: (types) =>
      `MNNConvert fuses ${types} out of plain ops with --transformerFuse: convert the model without it.`,
  },
  {
    title: 'Ops of language models',
    types: ['LinearAttention', 'RoPE', 'FusedLinear', 'GatedRMSNorm', 'MoE'],
    remedy: (types) =>
      `${types} come from the export of language models, whose weights are quantized there: give it --quant_bit 8.`,
  },
  {
    title: 'Custom ops',
    types: ['Plugin', 'Extra'],
    remedy: (types) =>
      `What ${types} compute is not in the file: replace them by plain ops before converting, or cut the model off before them and quantize the rest.`,
  },
  {
    title: 'Ops of quantized models',
    wrongModel: true,
    types: [
      ...['QuantizedAdd', 'QuantizedAvgPool', 'QuantizedBiasAdd', 'QuantizedConcat', 'QuantizedLogistic'],
      ...['QuantizedDepthwiseConv2D', 'QuantizedMaxPool', 'QuantizedReshape', 'QuantizedSoftmax'],
      ...['QuantizeMaxMin', 'QuantizeV2', 'RequantizationRange', 'Requantize', 'TfQuantizedConv2D'],
      ...['Dequantize', 'ConvInt8', 'DepthwiseConvInt8', 'EltwiseInt8', 'FloatToInt8', 'Int8ToFloat'],
      'DynamicQuant',
    ],
    remedy: (types) => `${types} only occur in quantized models: give the float model instead.`,
  },
  {
    title: 'Ops of training',
    wrongModel: true,
    types: ['Conv2DBackPropFilter', 'PoolGrad', 'RasterDiff', 'ReluGrad', 'SoftmaxGrad', 'ZeroGrad'],
    remedy: (types) => `${types} only occur while a network is trained: give the model made for inference.`,
  },
  {
    title: 'Random numbers',
    types: ['RandomNormal', 'RandomUniform'],
    remedy: (types) =>
      `${types} give other numbers on each kind of device (MNN takes those of its C++ library): make their result an input of the model.`,
  },
  {
    title: 'Rendering and camera pictures',
    types: ['ImageProcess', 'RasterAndInterpolate', 'Texture'],
    remedy: (types) => `${types} prepare pictures: do that before the model, and cut it off behind them.`,
  },
  {
    title: 'Ops that MNN itself does not run',
    types: [
      ...['AbsVal', 'AsString', 'Bnll', 'Broastcast', 'Exp', 'Im2Seq', 'Log', 'NonMaxSuppression', 'Power'],
      ...['ReduceJoin', 'Seq2Out', 'StringSplit', 'StringToNumber'],
    ],
    remedy: (types) =>
      `MNN 3.6.1 does not run ${types} either: convert the original model again with a current MNNConvert.`,
  },
];

/** One sentence per origin; types that a newer schema added come last. */
export function remediesFor(types: readonly string[]): string[] {
  const known = UNSUPPORTED_ORIGINS.flatMap((origin) => {
    const own = types.filter((type) => origin.types.includes(type));
    return own.length > 0 ? [origin.remedy(own.join(', '))] : [];
  });
  const others = types.filter((type) => !UNSUPPORTED_ORIGINS.some((origin) => origin.types.includes(type)));
  return others.length > 0 ? [...known, cutOff(others.join(', '))] : known;
}

/** Whether ops of a type tell that the model is not one to quantize, wherever they stand. */
export function tellsWrongModel(type: string): boolean {
  return UNSUPPORTED_ORIGINS.some(({ wrongModel, types }) => wrongModel && types.includes(type));
}
