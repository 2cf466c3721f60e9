import { GraphError } from './op.ts';

/** An op that has no definition; the model can be read and written, but not run. */
export interface UnsupportedOp {
  readonly name: string;
  readonly type: string;
}

/** The model holds ops that cannot be evaluated. `ops` has all of them; the message says what to do. */
export class UnsupportedOpError extends GraphError {
  override name = 'UnsupportedOpError';
  readonly ops: readonly UnsupportedOp[];

  constructor(ops: readonly UnsupportedOp[]) {
    const types = [...new Set(ops.map((op) => op.type))].sort();
    const shown = ops.slice(0, 5).map((op) => `${op.name} (${op.type})`);
    const more = ops.length > shown.length ? ` and ${ops.length - shown.length} more` : '';
    super(
      `${ops.length} op(s) of type ${types.join(', ')} cannot be evaluated: ${shown.join(', ')}${more}. ` +
        remedies(types).join(' '),
    );
    this.ops = ops;
  }
}

/** Where ops of some types come from, and so how to do without them. */
interface Origin {
  readonly types: ReadonlySet<string>;
  remedy(types: string): string;
}

/** As MNN's converter makes them (tools/converter/source/optimizer, 3.6.1). */
const ORIGINS: readonly Origin[] = [
  {
    types: new Set(['Attention', 'FmhaV2', 'Fmhca', 'GroupNorm', 'SplitGeLU']),
    remedy: (types) =>
      `MNNConvert fuses ${types} out of plain ops with --transformerFuse: convert the model without it.`,
  },
  {
    types: new Set(['LinearAttention', 'RoPE', 'FusedLinear', 'GatedRMSNorm']),
    remedy: (types) =>
      `${types} come from the export of language models, whose weights are quantized there: give it --quant_bit 8.`,
  },
  {
    types: new Set(['Plugin', 'Extra']),
    remedy: (types) =>
      `What ${types} ops compute is not in the file: replace them by plain ops before converting, or cut the model off before them and quantize the rest.`,
  },
  {
    types: new Set([
      ...['QuantizedAdd', 'QuantizedAvgPool', 'QuantizedBiasAdd', 'QuantizedConcat', 'QuantizedLogistic'],
      ...['QuantizedDepthwiseConv2D', 'QuantizedMaxPool', 'QuantizedReshape', 'QuantizedSoftmax'],
      ...['QuantizeMaxMin', 'QuantizeV2', 'RequantizationRange', 'Requantize', 'TfQuantizedConv2D'],
      ...['Dequantize', 'ConvInt8', 'DepthwiseConvInt8', 'EltwiseInt8', 'FloatToInt8', 'Int8ToFloat'],
    ]),
    remedy: (types) => `${types} only occur in quantized models: give the float model instead.`,
  },
];

const ANYTHING_ELSE: Origin['remedy'] = (types) =>
  `Convert the model so that it has no ${types}, or cut it off before and quantize the rest.`;

/** One sentence per origin. */
function remedies(types: readonly string[]): string[] {
  const known = ORIGINS.flatMap((origin) => {
    const own = types.filter((type) => origin.types.has(type));
    return own.length > 0 ? [origin.remedy(own.join(', '))] : [];
  });
  const others = types.filter((type) => !ORIGINS.some((origin) => origin.types.has(type)));
  return others.length > 0 ? [...known, ANYTHING_ELSE(others.join(', '))] : known;
}
