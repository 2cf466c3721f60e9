const TOLD_APART = 'by it the op types are told apart that share a definition';
const NOT_CONVERTED =
  'MNN 3.6.1 takes the second dimension for the channels in memory; no converter writes it so';
const NO_SMALLER = 'what it makes comes of extents and options, of which none may be 0';
const CONVOLUTIONS_FIELD = 'a field of the table that it shares with convolutions, without a meaning here';
const OF_RESIZE = 'Resize is Interp with this value';
const SUBGRAPHS = 'its cases are networks: control-nets.ts, loop-cases.ts, list-nets.ts';
const NOT_IN_CAFFE = 'shared with ArgMax, whose cases vary it; Caffe has no ArgMin';

/** What the cases of an op do not show, and why. */
export const EXEMPT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ArgMin: {
    'one value of caffe.outMaxVal': NOT_IN_CAFFE,
    'one value of caffe.topK': NOT_IN_CAFFE,
    'one value of caffe.softmaxThreshold': NOT_IN_CAFFE,
  },
  Cast: { 'one value of unnamed': 'it is there or not' },
  Convolution: { 'one value of depthwise': TOLD_APART },
  Convolution3D: { 'one value of groups': 'MNN 3.6.1 knows one group; windows-by-hand.test.ts' },
  ConvolutionDepthwise: { 'one value of depthwise': TOLD_APART },
  CumProd: {
    'one value of exclusive': 'read by CumSum alone',
    'one value of reverse': 'read by CumSum alone',
  },
  CumSum: { 'one value of axis': 'an input; CumProd has it in the file' },
  Deconvolution: { 'one value of depthwise': TOLD_APART },
  DeconvolutionDepthwise: {
    'one value of depthwise': TOLD_APART,
    'one value of hasOutputShape':
      'MNN 3.6.1 takes any second input for weights (CPUDeconvolutionDepthwise.cpp), and answers what was in memory',
  },
  Dilation2D: {
    'one value of depthwise': CONVOLUTIONS_FIELD,
    'one value of inputChannels': CONVOLUTIONS_FIELD,
    'one value of relu': CONVOLUTIONS_FIELD,
    'one value of relu6': CONVOLUTIONS_FIELD,
    'one value of bias': CONVOLUTIONS_FIELD,
  },
  If: { 'no element': SUBGRAPHS },
  LinSpace: { 'no element': 'a count of 0 is an error, as MNN asserts (ShapeLinSpace.cpp)' },
  LRN: { NHWC: NOT_CONVERTED },
  PriorBox: { 'no element': NO_SMALLER },
  Proposal: { 'no element': NO_SMALLER },
  Resize: {
    'one value of method': OF_RESIZE,
    'one value of mode': OF_RESIZE,
    'one value of alignCorners': OF_RESIZE,
    'one value of halfPixelCenters': OF_RESIZE,
    'one value of size': OF_RESIZE,
    NHWC: NOT_CONVERTED,
  },
  Scale: { NHWC: NOT_CONVERTED },
  While: {
    'one value of kind': 'the cases here are compiled loops; the others are networks: control-nets.ts',
    'no element': 'a compiled loop is written for extents that are known, and left out for nothing',
  },
};
