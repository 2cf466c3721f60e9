import type { RandomCase } from './draw.ts';

/**
 * Attributes that do not change what MNN computes: types that the runtime takes from its tensors, ways to store
 * weights (which have tests of their own), and what MNN itself never reads.
 */
const WITHOUT_EFFECT: Readonly<Record<string, readonly string[]>> = {
  BinaryOp: ['T'],
  Range: ['Tidx'],
  Convolution2D: ['quanParameter', 'symmetricQuan', 'sparseParameter', 'external'],
  Convolution2DCommon: ['hasOutputShape'],
  Convolution3D: ['external'],
  Convolution3DCommon: ['hasOutputShape'],
  DetectionPostProcessParam: ['detectionsPerClass', 'useRegularNMS'],
  DetectionOutput: ['nmsTopK', 'shareLocation', 'backgroundLable', 'varianceEncodedTarget', 'codeType'],
  Extra: ['type', 'engine', 'info', 'vector'],
  ExpandDims: ['T', 'Tdim'],
  GridSample: ['backward'],
  InnerProduct: ['biasTerm', 'weightSize', 'transpose', 'quanParameter'],
  LayerNorm: ['external'],
  LSTM: ['weightSize', 'clippingThreshold', 'weightIQ', 'weightIA', 'quantScale'],
  MatMul: ['T', 'weight', 'bias'],
  OneHotParam: ['dType'],
  PackParam: ['dataType'],
  Pool: ['dataType'],
  Proposal: ['anchors'],
  ReductionParam: ['coeff'],
  RoiParameters: ['outputGrad'],
  Scale: ['external'],
  StftParam: ['n_fft', 'hop_length'],
  StridedSliceParam: ['Index', 'T'],
  TopKV2: ['T', 'sorted'],
  Transpose: ['Tperm'],
  UnaryOp: ['T', 'tableInt8'],
};

/** Attributes that another op of the same table uses, or that other tests vary, by `op: table.field`. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  // It counts only whether it has this table.
  'Where: Extra.attr',
  // Five inputs: detection-cases.ts.
  'DetectionOutput: DetectionOutput.objectnessScore',
  // MNN 3.6.1 writes behind its outputs for more than one: detection-by-hand.test.ts.
  'DetectionPostProcess: DetectionPostProcessParam.maxClassesPerDetection',
  // Crossed with the layout of the input: layout-by-hand.test.ts.
  'Reshape: Reshape.dimType',
  // Read by Interp.
  ...['alignCorners', 'halfPixelCenters', 'cubicCoeffA', 'ctm'].map((field) => `Interp3D: Interp.${field}`),
  // Read by ROIAlign.
  ...['samplingRatio', 'aligned', 'poolType'].map((field) => `ROIPooling: RoiParameters.${field}`),
  // Read by LSTM alone: Caffe's weights.
  ...['weightI', 'weightH', 'bias'].map((field) => `RNN: LSTM.${field}`),
  // MNN 3.6.1 crashes on weights in the op.
  ...['GateWeight', 'GateBias', 'CandidateWeight', 'CandidateBias', 'RecurrentBias'].flatMap((field) =>
    ['fw', 'bw'].map((direction) => `RNNSequenceGRU: RNNParam.${direction}${field}`),
  ),
  // Read by deconvolutions.
  'Convolution: Convolution2DCommon.outPads',
  'ConvolutionDepthwise: Convolution2DCommon.outPads',
  'Convolution3D: Convolution3DCommon.outPads',
  // Windows alone, without a convolution.
  ...['Im2Col', 'Col2Im', 'Dilation2D'].flatMap((op) =>
    [
      'Common.group',
      'Common.outputCount',
      'Common.inputCount',
      'Common.outPads',
      'Common.relu',
      'Common.relu6',
    ]
      .concat(['Common.padMode', '.weight', '.bias'])
      .map((field) => `${op}: Convolution2D${field}`),
  ),
  // MNN 3.6.1 knows one group, and reads behind the weights for more.
  'Deconvolution: Convolution2DCommon.group',
  // Group norm: more-cases.ts.
  'LayerNorm: LayerNorm.group',
  // Read by BinaryOp.
  'ScatterNd: BinaryOp.activationType',
  'ScatterElements: BinaryOp.activationType',
  // MNN knows one group only.
  'Convolution3D: Convolution3DCommon.group',
  'ConvTranspose3D: Convolution3DCommon.group',
  // conv-transpose3d-cases.ts, convolution3d-cases.ts.
  'Convolution3D: Convolution3DCommon.padMode',
  'ConvTranspose3D: Convolution3DCommon.padMode',
  'Pooling3D: Pool3D.padType',
  // Each op on lists reads some fields of one table.
  ...Object.entries({
    TensorArray: ['axis', 'keepdims', 'new_axis'],
    TensorArraySplit: ['T', 'dynamic_size', 'identical_element_shapes', 'element_shape', 'new_axis'],
    TensorArrayConcat: ['T', 'dynamic_size', 'identical_element_shapes', 'element_shape', 'keepdims'],
    TensorArrayGather: ['dynamic_size', 'identical_element_shapes', 'axis', 'keepdims', 'new_axis'],
  }).flatMap(([op, fields]) => fields.map((field) => `${op}: TensorArray.${field}`)),
  'InnerProduct: InnerProduct.axis',
  'Normalize: Normalize.acrossSpatial',
]);

/** Attributes that have one value only in all these cases of an op, `op: table.field`. */
export function constantAttributes(op: string, cases: readonly RandomCase[]): string[] {
  const seen = new Map<string, Set<string>>();
  const visit = (table: string, fields: object): void => {
    for (const [name, value] of Object.entries(fields)) {
      if (WITHOUT_EFFECT[table]?.includes(name)) continue;
      if (name === 'common') visit(`${table}Common`, value);
      else
        add(
          `${table}.${name}`,
          JSON.stringify(value, (_, item) => (ArrayBuffer.isView(item) ? String(item) : item)),
        );
    }
  };
  const add = (key: string, value: string | undefined): void => {
    const values = seen.get(key) ?? new Set();
    seen.set(key, values.add(value ?? 'none'));
  };
  for (const { main } of cases) if (main) visit(main.type, main.value);
  return [...seen]
    .filter(([, values]) => values.size < 2)
    .map(([key]) => `${op}: ${key}`)
    .filter((name) => !ELSEWHERE.has(name));
}
