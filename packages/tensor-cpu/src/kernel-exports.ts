/** Functions of one number: y[i] = f(x[i]) for `count` floats. */
export type UnaryFunction =
  | 'absolute'
  | 'ceil'
  | 'errorFunction'
  | 'exponential'
  | 'exponentialMinus1'
  | 'floor'
  | 'gelu'
  | 'geluStandard'
  | 'hardSwish'
  | 'inverseRoot'
  | 'logarithm'
  | 'negate'
  | 'reciprocal'
  | 'root'
  | 'sigmoid'
  | 'silu'
  | 'square'
  | 'tanh';

type UnaryExports = Readonly<Record<UnaryFunction, (x: number, y: number, count: number) => void>>;

/**
 * The functions of `wasm/kernels.wasm`; documented in `assembly/`. Addresses are byte addresses in the
 * backend's memory. `lo` and `hi` clamp the result: -Infinity and Infinity for no activation.
 */
export interface KernelExports extends UnaryExports {
  gemm(
    a: number,
    bias: number,
    b: number,
    panelBytes: number,
    rowBytes: number,
    y: number,
    yRowBytes: number,
    M: number,
    N: number,
    K: number,
    lo: number,
    hi: number,
  ): void;
  gemv(a: number, bias: number, x: number, y: number, M: number, K: number, lo: number, hi: number): void;
  im2col(x: number, panels: number, window: number, first: number, count: number): void;
  depthwise(
    x: number,
    w: number,
    bias: number,
    y: number,
    window: number,
    plane: number,
    paddedHeight: number,
    paddedWidth: number,
    lo: number,
    hi: number,
  ): void;
  /** 1 when a result is not finite, and y therefore not complete. */
  winograd(
    x: number,
    weights: number,
    bias: number,
    y: number,
    window: number,
    plan: number,
    scratch: number,
    lo: number,
    hi: number,
  ): number;
  range(x: number, count: number, result: number): void;
  histogram(x: number, count: number, interval: number, bins: number, skip: number, tables: number): void;
  compare(a: number, b: number, count: number, result: number): void;
  valueBuckets(
    x: number,
    count: number,
    shift: number,
    lowest: number,
    sums: number,
    counts: number,
    result: number,
  ): void;
  countOutside(x: number, count: number, low: number, high: number): number;
  fakeQuantize(
    x: number,
    count: number,
    scale: number,
    inverse: number,
    zeroPoint: number,
    lo: number,
    hi: number,
  ): void;
  toInt8(
    x: number,
    y: number,
    count: number,
    inverse: number,
    zeroPoint: number,
    lo: number,
    hi: number,
  ): void;
  fromInt8(x: number, y: number, count: number, scale: number, zeroPoint: number): void;
  requantize(
    sums: number,
    parts: number,
    partBytes: number,
    y: number,
    offset: number,
    scale: number,
    bias: number,
    factor: number,
    channels: number,
    plane: number,
    lo: number,
    hi: number,
  ): void;
  packColumns(x: number, panels: number, rows: number, rowBytes: number, count: number): void;
  packTiles(
    x: number,
    tiles: number,
    rows: number,
    columns: number,
    rowStep: number,
    columnStep: number,
    width: number,
  ): void;
  combine(operation: number, a: number, b: number, y: number, box: number, lo: number, hi: number): void;
  clip(x: number, y: number, count: number, lo: number, hi: number): void;
  leaky(x: number, y: number, slopes: number, samples: number, channels: number, plane: number): void;
  scale(
    x: number,
    y: number,
    factors: number,
    bias: number,
    samples: number,
    channels: number,
    plane: number,
  ): void;
  permute(x: number, y: number, axes: number): void;
  /** Source and target must not overlap. */
  copyRows(
    source: number,
    target: number,
    rows: number,
    bytes: number,
    sourceStep: number,
    targetStep: number,
  ): void;
  moveBox(x: number, y: number, box: number): void;
  reduce(x: number, y: number, outer: number, count: number, inner: number, operation: number): void;
  gatherRows(
    x: number,
    indices: number,
    y: number,
    outer: number,
    extent: number,
    count: number,
    rowBytes: number,
  ): void;
  scatterRows(
    coordinates: number,
    width: number,
    strides: number,
    updates: number,
    rows: number,
    rowBytes: number,
    y: number,
    size: number,
  ): void;
  toFloat(x: number, y: number, count: number): void;
  floatToBool(x: number, y: number, count: number): void;
  wholeToBool(x: number, y: number, count: number): void;
  select(
    condition: number,
    a: number,
    b: number,
    y: number,
    count: number,
    stepCondition: number,
    stepA: number,
    stepB: number,
  ): void;
  softmax(x: number, y: number, lines: number, count: number, inner: number): void;
  resample(
    x: number,
    y: number,
    planes: number,
    planeBytes: number,
    rows: number,
    height: number,
    rowTaps: number,
    columns: number,
    width: number,
    columnTaps: number,
  ): void;
  layerNorm(
    x: number,
    y: number,
    rows: number,
    count: number,
    gamma: number,
    beta: number,
    epsilon: number,
    centered: number,
  ): void;
  normalizeResponse(
    x: number,
    y: number,
    batch: number,
    channels: number,
    plane: number,
    size: number,
    ratio: number,
    bias: number,
    quarters: number,
  ): void;
  maxPool(x: number, y: number, window: number, planes: number): void;
  averagePool(x: number, y: number, window: number, planes: number, inverses: number): void;
  lookUpInt8(x: number, y: number, tables: number, samples: number, channels: number, plane: number): void;
  combineInt8(operation: number, a: number, b: number, y: number, box: number, grids: number): void;
  maxPoolInt8(x: number, y: number, window: number, planes: number): void;
  averagePoolInt8(x: number, y: number, window: number, planes: number): void;
}
