import type {
  BoundKernel,
  DeviceTensor,
  ErrorSums,
  HistogramRequest,
  QuantParams,
  RangeStatistics,
  TensorBackend,
} from './backend.ts';
import type { GraphNode } from './graph.ts';
import { allocateData, elementCount, type HostTensor, type TensorData, type TensorDesc } from './tensor.ts';
import type { ValueBuckets } from './value-buckets.ts';

export interface ReferenceBackendOptions {
  /**
   * `float64` keeps every float tensor in double precision: the judge where two engines differ.
   * What the planner folded before the run is float32 in both.
   */
  readonly precision?: 'float32' | 'float64';
}

/** Runs every op by its reference on the host: the definition that other backends are compared with. */
export function createReferenceBackend(options: ReferenceBackendOptions = {}): TensorBackend {
  return new ReferenceBackend(options.precision ?? 'float32');
}

class ReferenceBackend implements TensorBackend {
  readonly name = 'reference';
  readonly device: string;
  readonly limits = { maxTensorBytes: 2 ** 31 - 1 };
  readonly #precision: 'float32' | 'float64';

  constructor(precision: 'float32' | 'float64') {
    this.#precision = precision;
    this.device = `plain TypeScript, ${precision}`;
  }

  allocate({ shape, dtype, layout, list }: TensorDesc): DeviceTensor {
    const tensor: HostTensor = {
      shape,
      dtype,
      layout,
      list,
      data: allocateData(dtype, elementCount(shape), this.#precision),
    };
    return tensor;
  }

  upload(tensor: DeviceTensor, data: TensorData): void {
    hostOf(tensor).data.set(data);
  }

  async download(tensor: DeviceTensor): Promise<TensorData> {
    return hostOf(tensor).data.slice();
  }

  free(): void {
    // The engine's garbage collector does it.
  }

  bind({ definition, attributes }: GraphNode): BoundKernel {
    return (inputs, outputs) =>
      definition.reference(
        attributes,
        inputs.map((input) => input && hostOf(input)),
        outputs.map(hostOf),
      );
  }

  async range(tensor: DeviceTensor): Promise<RangeStatistics> {
    return rangeOf(hostOf(tensor).data);
  }

  async histogram(tensor: DeviceTensor, request: HistogramRequest, counts: Float64Array): Promise<void> {
    addToHistogram(hostOf(tensor).data, request, counts);
  }

  async valueBuckets(tensor: DeviceTensor, buckets: ValueBuckets): Promise<void> {
    buckets.addValues(hostOf(tensor).data);
  }

  fakeQuantize(tensor: DeviceTensor, params: QuantParams): void {
    fakeQuantizeData(hostOf(tensor).data, params);
  }

  async compare(a: DeviceTensor, b: DeviceTensor): Promise<ErrorSums> {
    return errorSums(hostOf(a).data, hostOf(b).data);
  }

  async countOutside(tensor: DeviceTensor, low: number, high: number): Promise<number> {
    return outsideCount(hostOf(tensor).data, low, high);
  }

  async dispose(): Promise<void> {
    // Nothing is held.
  }
}

function hostOf(tensor: DeviceTensor): HostTensor {
  return tensor as HostTensor;
}

/** Smallest and largest finite value; min = Infinity and max = -Infinity when there is none. */
export function rangeOf(data: TensorData): RangeStatistics {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let nonFinite = 0;
  for (const value of data) {
    if (!Number.isFinite(value)) nonFinite++;
    else {
      if (value < min) min = value;
      if (value > max) max = value;
    }
  }
  return { min, max, count: data.length, nonFinite };
}

/**
 * Adds |x| to `counts` as MNN does (tools/quantization/TensorStatistic.cpp, 3.6.1): the bin is
 * floor(|x| * (bins / max)) with both operations in float32, the last bin takes what lies beyond.
 */
export function addToHistogram(
  data: TensorData,
  { bins, max, skipBelow }: HistogramRequest,
  counts: Float64Array,
): void {
  const interval = Math.fround(bins / Math.fround(max));
  for (const value of data) {
    const magnitude = Math.abs(value);
    if (!(magnitude > skipBelow) || magnitude === Number.POSITIVE_INFINITY) continue;
    counts[Math.min(bins - 1, Math.floor(Math.fround(magnitude * interval)))]++;
  }
}

/** Rounds in place: q = clamp(round(x / scale) + zero point), half away from zero as C's roundf. */
export function fakeQuantizeData(data: TensorData, { scale, zeroPoint, min, max }: QuantParams): void {
  const step = Math.fround(scale);
  const inverse = Math.fround(1 / step);
  for (let i = 0; i < data.length; i++) {
    const scaled = Math.fround(Math.fround(data[i] * inverse) + zeroPoint);
    const rounded = Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5);
    data[i] = (Math.min(max, Math.max(min, rounded)) - zeroPoint) * step;
  }
}

/** Sums in element order, in double precision. */
export function errorSums(a: TensorData, b: TensorData): ErrorSums {
  let dot = 0;
  let squaredA = 0;
  let squaredB = 0;
  let squaredError = 0;
  let maxAbsoluteError = 0;
  for (let i = 0; i < a.length; i++) {
    const error = a[i] - b[i];
    dot += a[i] * b[i];
    squaredA += a[i] * a[i];
    squaredB += b[i] * b[i];
    squaredError += error * error;
    maxAbsoluteError = Math.max(maxAbsoluteError, Math.abs(error));
  }
  return { dot, squaredA, squaredB, squaredError, maxAbsoluteError };
}

/** How many values are at or beyond an end. */
export function outsideCount(data: TensorData, low: number, high: number): number {
  let count = 0;
  for (const value of data) if (value <= low || value >= high) count++;
  return count;
}
