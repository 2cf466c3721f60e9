export { gemm } from './gemm';
export { gemv } from './gemv';
export { im2col } from './im2col';
export { depthwise } from './depthwise';
export { range, histogram, compare } from './statistics';
export { fakeQuantize } from './quantize';
