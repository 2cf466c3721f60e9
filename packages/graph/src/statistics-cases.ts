import type { DeviceTensor, ErrorSums, TensorBackend } from './backend.ts';
import type { ConformanceResult } from './conformance.ts';
import { normalData } from './normal-data.ts';
import { addToHistogram, errorSums, fakeQuantizeData, outsideCount, rangeOf } from './reference-backend.ts';
import type { TensorData } from './tensor.ts';
import { ValueBuckets } from './value-buckets.ts';

/** One look at tensors, ready to run on any backend and compared with the plain definition. */
export interface StatisticsCase {
  readonly title: string;
  run(backend: TensorBackend): Promise<ConformanceResult>;
}

const INFINITY = Number.POSITIVE_INFINITY;

/** Ends of numbers, and what is not one. */
const EDGES = [
  0,
  -0,
  1e-6,
  -1e-6,
  1.0000001e-6,
  1e-45,
  3.4e38,
  -3.4e38,
  0.5,
  -0.5,
  1,
  Number.NaN,
  INFINITY,
  -INFINITY,
];

const GRIDS = [
  { scale: 0.02, zeroPoint: 0, min: -127, max: 127 },
  { scale: 0.5, zeroPoint: -3, min: -128, max: 127 },
  { scale: 1, zeroPoint: 0, min: -127, max: 127 },
];

const ENDS = [
  [-1, 1],
  [-INFINITY, 0.25],
  [-INFINITY, INFINITY],
  [-1 / 3, 1 / 3],
  [0, 0],
] as const;

/** Every kind of look at every kind of data. */
export function statisticsCases(): StatisticsCase[] {
  return contents().flatMap(({ title, data }) => [
    exact(`range: ${title}`, data, rangeOf, (backend, tensor) => backend.range(tensor)),
    ...histogramCases(title, data),
    ...GRIDS.map((grid) =>
      exact(
        `fakeQuantize: ${title}, scale ${grid.scale}, zero point ${grid.zeroPoint}`,
        data,
        (values): TensorData => {
          fakeQuantizeData(values, grid);
          return values;
        },
        async (backend, tensor) => {
          await backend.fakeQuantize(tensor, grid);
          return backend.download(tensor);
        },
      ),
    ),
    ...ENDS.map(([low, high]) =>
      exact(
        `countOutside: ${title}, ${low.toFixed(2)} to ${high.toFixed(2)}`,
        data,
        (values) => outsideCount(values, low, high),
        (backend, tensor) => backend.countOutside(tensor, low, high),
      ),
    ),
    exact(`valueBuckets: ${title}`, data, bucketsOf, async (backend, tensor) => {
      const buckets = new ValueBuckets();
      await backend.valueBuckets(tensor, buckets);
      return buckets.columns();
    }),
    compareCase(title, data),
  ]);
}

function contents(): { readonly title: string; readonly data: Float32Array }[] {
  const cubed = (count: number): Float32Array => normalData(count, count).map((value) => value ** 3);
  const amid = cubed(10_007);
  amid[4096] = Number.NaN;
  amid[9999] = INFINITY;
  return [
    { title: 'one value', data: Float32Array.of(-2.5) },
    { title: '37 values', data: cubed(37) },
    { title: '200003 values', data: cubed(200_003) },
    { title: '10007 values, two of them not finite', data: amid },
    { title: 'ends of numbers', data: Float32Array.from(EDGES) },
    { title: 'nothing finite', data: Float32Array.of(Number.NaN, INFINITY, -INFINITY, Number.NaN, INFINITY) },
    { title: 'zeros', data: new Float32Array(100) },
    { title: 'no values', data: new Float32Array(0) },
  ];
}

function histogramCases(title: string, data: Float32Array): StatisticsCase[] {
  const { min, max } = rangeOf(data);
  const top = Math.max(-min, max);
  if (!(top > 1e-6)) return [];
  return [
    [2048, top],
    [2048, top / 3],
    [5000, top],
    [1, Math.min(3e38, top * 7)],
  ].map(([bins, end]) => {
    const request = { bins, max: end, skipBelow: 1e-6 };
    return exact(
      `histogram: ${title}, ${bins} bins to ${end.toPrecision(3)}`,
      data,
      (values) => {
        const counts = new Float64Array(bins);
        addToHistogram(values, request, counts);
        return counts;
      },
      async (backend, tensor) => {
        const counts = new Float64Array(bins);
        await backend.histogram(tensor, request, counts);
        return counts;
      },
    );
  });
}

function bucketsOf(values: Float32Array): unknown {
  const buckets = new ValueBuckets();
  buckets.addValues(values);
  return buckets.columns();
}

/** Sums of float32 products may come out differently in the last bits. */
function compareCase(title: string, data: Float32Array): StatisticsCase {
  const other = data.map((value, i) => value + 0.01 * Math.sin(i));
  return {
    title: `compare: ${title}`,
    run: async (backend) => {
      const expected = errorSums(data, other);
      const actual = await withTensors(backend, [data, other], ([a, b]) => backend.compare(a, b));
      let relativeError = 0;
      let exactWhereNeeded = true;
      for (const key of Object.keys(expected) as (keyof ErrorSums)[]) {
        // Beyond what float32 holds a backend may have an infinity.
        if (!(Math.abs(expected[key]) < 1e38)) exactWhereNeeded &&= !(Math.abs(actual[key]) < 1e30);
        else if (expected[key] === 0) exactWhereNeeded &&= actual[key] === 0;
        else relativeError = Math.max(relativeError, Math.abs(actual[key] / expected[key] - 1));
      }
      return { relativeError, exactWhereNeeded };
    },
  };
}

function exact<T>(
  title: string,
  data: Float32Array,
  expect: (values: Float32Array) => T,
  measure: (backend: TensorBackend, tensor: DeviceTensor) => Promise<T>,
): StatisticsCase {
  return {
    title,
    run: async (backend) => {
      const actual = await withTensors(backend, [data], ([tensor]) => measure(backend, tensor));
      return { relativeError: 0, exactWhereNeeded: isSame(actual, expect(data.slice())) };
    },
  };
}

async function withTensors<T>(
  backend: TensorBackend,
  contents: readonly Float32Array[],
  use: (tensors: readonly DeviceTensor[]) => Promise<T>,
): Promise<T> {
  const tensors = contents.map((data) => {
    const tensor = backend.allocate({ shape: [data.length], dtype: 'float32', layout: 'NCHW' });
    backend.upload(tensor, data);
    return tensor;
  });
  try {
    return await use(tensors);
  } finally {
    for (const tensor of tensors) backend.free(tensor);
  }
}

/** Deep equality; NaN equals NaN and -0 equals 0. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a === b || (Number.isNaN(a) && Number.isNaN(b));
  if (a instanceof Float32Array && b instanceof Float32Array) return sameFloats(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([key, value], i) => key === right[i][0] && isSame(value, right[i][1]))
  );
}

function sameFloats(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => isSame(value, b[i]));
}
