import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitScale, sortMagnitudes } from '../src/weights/alternating-fit.ts';
import { DEPTHWISE_SMALLEST_SCALE, quantizeRow, squaredError } from '../src/weights/grid.ts';
import { weightQuantizers } from '../src/weights/index.ts';
import type { QuantizedWeights } from '../src/weights/weight-quantizer.ts';

const { ADMM, MAX_ABS } = weightQuantizers;
const name = 'conv1';
const CLAMPS = [127, 100, 63, 7, 3, 1];

/** Bell-shaped weights like those of trained layers, the same ones in every run. */
function bellShaped(seed: number, length: number, spread: number): Float32Array {
  let state = seed;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  return Float32Array.from({ length }, () => {
    const radius = spread * Math.sqrt(-2 * Math.log(uniform()));
    return radius * Math.cos(2 * Math.PI * uniform());
  });
}

/** MNN's loop as it is written, weight by weight, in float64 and without its 1e-9. */
function thousandRounds(weights: Float32Array, clamp: number, start: number): number {
  let scale = start;
  for (let round = 0; round < 1000; round++) {
    let products = 0;
    let squares = 0;
    for (const weight of weights) {
      const q = Math.min(clamp, Math.floor(Math.abs(weight) / scale + 0.5));
      products += Math.abs(weight) * q;
      squares += q * q;
    }
    scale = products / squares;
  }
  return scale;
}

function firstScales(weights: Float32Array, clamp: number): { mnn: number; maxAbs: number } {
  const magnitudes = Array.from(weights, Math.abs);
  const absMax = Math.max(...magnitudes);
  const mean = magnitudes.reduce((sum, value) => sum + value, 0) / weights.length;
  return { mnn: clamp > 1 ? absMax / (1.25 * clamp) : mean, maxAbs: absMax / clamp };
}

function squaredErrors(weights: Float32Array, { quantized, scales }: QuantizedWeights): number[] {
  const area = weights.length / scales.length;
  return Array.from(scales, (scale, channel) => {
    let sum = 0;
    for (let i = channel * area; i < (channel + 1) * area; i++)
      sum += (weights[i]! - quantized[i]! * scale) ** 2;
    return sum;
  });
}

describe('fitScale', () => {
  it.each(CLAMPS)('ends where 1000 rounds of float64 end, clamp %i', (clamp) => {
    // Fewer and more than clamps: both ways through the magnitudes.
    for (const [i, length] of [1, 9, 25, clamp, clamp + 1, 147, 576, 2304].entries()) {
      const weights = bellShaped(17 * i + clamp, length, 0.05);
      const { mnn, maxAbs } = firstScales(weights, clamp);
      for (const start of [mnn, maxAbs]) {
        const expected = thousandRounds(weights, clamp, start);
        const found = fitScale(sortMagnitudes(weights.map(Math.abs)), clamp, start);
        expect(Math.abs(found / expected - 1)).toBeLessThan(1e-6);
      }
    }
  });

  it('does not depend on the unit of the weights', () => {
    const weights = bellShaped(5, 64, 1).map(Math.abs);
    const fit = (unit: number) => fitScale(sortMagnitudes(weights.map((w) => w * unit)), 127, unit / 50);
    expect(fit(2 ** -60) * 2 ** 60).toBe(fit(1));
  });
});

describe('squaredError', () => {
  it('is that of the rounded weights, as far as it may go', () => {
    for (const [seed, length] of [9, 64, 65, 500].entries()) {
      const data = bellShaped(seed, length, 0.05);
      for (const [scale, clamp] of [
        [0.002, 127],
        [0.01, 7],
      ] as const) {
        const quantized = new Int8Array(length);
        quantizeRow(data, scale, clamp, quantized);
        const expected = data.reduce((sum, w, i) => sum + (w - quantized[i]! * scale) ** 2, 0);
        const error = (most: number) => squaredError(data.map(Math.abs), scale, clamp, most);
        expect(error(Number.POSITIVE_INFINITY) / expected).toBeCloseTo(1, 12);
        expect(error(error(Number.POSITIVE_INFINITY))).toBe(error(Number.POSITIVE_INFINITY));
        expect(error(expected / 2)).toBeGreaterThan(expected / 2);
      }
    }
  });
});

describe('weights by ADMM', () => {
  it.each(CLAMPS)('takes the better of both fits, clamp %i', (clamp) => {
    for (let seed = 1; seed <= 8; seed++) {
      const data = bellShaped(seed, 144, 0.02);
      const { mnn, maxAbs } = firstScales(data, clamp);
      const errors = [mnn, maxAbs].map((start) => {
        const scale = Math.fround(thousandRounds(data, clamp, start));
        return data.reduce((sum, w) => {
          const q = Math.min(clamp, Math.floor(Math.abs(w) / scale + 0.5));
          return sum + (Math.abs(w) - q * scale) ** 2;
        }, 0);
      });
      const [error] = squaredErrors(data, ADMM({ data, channels: 1, name }, { clamp }));
      expect(error! / Math.min(...errors)).toBeCloseTo(1, 5);
    }
  });

  it('never has a larger squared error than MAX_ABS, nor leaves the clamp', () => {
    const weights = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(weights, fc.constantFrom(...CLAMPS), fc.boolean(), (list, clamp, depthwise) => {
        const data = Float32Array.from(list);
        const options = { clamp, smallestScale: depthwise ? DEPTHWISE_SMALLEST_SCALE : 0 };
        const [admm, maxAbs] = [ADMM, MAX_ABS].map((method) =>
          method({ data, channels: 1, name }, options),
        ) as [QuantizedWeights, QuantizedWeights];
        expect(admm.scales[0]).toBeGreaterThan(0);
        expect(Number.isFinite(admm.scales[0])).toBe(true);
        for (const q of admm.quantized) expect(Math.abs(q)).toBeLessThanOrEqual(clamp);
        expect(squaredErrors(data, admm)[0]).toBeLessThanOrEqual(squaredErrors(data, maxAbs)[0]!);
      }),
      { numRuns: 500 },
    );
  });

  it('is better than MAX_ABS where few bits meet an outlier', () => {
    const data = bellShaped(3, 288, 0.02);
    data[7] = 0.09;
    const [admm, maxAbs] = [ADMM, MAX_ABS].map((method) =>
      squaredErrors(data, method({ data, channels: 1, name }, { clamp: 7 })),
    );
    expect(admm![0]).toBeLessThan(0.9 * maxAbs![0]!);
  });

  it('keeps what already lies on the grid, where MNN clips it', () => {
    const data = Float32Array.from({ length: 255 }, (_, i) => (i - 127) / 64);
    const { quantized, scales } = ADMM({ data, channels: 1, name }, { clamp: 127 });
    expect(scales[0]).toBe(1 / 64);
    expect([...quantized]).toEqual(Array.from(data, (value) => value * 64));
  });

  it('solves every channel for itself', () => {
    const [a, b] = [bellShaped(1, 32, 0.5), bellShaped(2, 32, 0.001)];
    const both = ADMM({ data: Float32Array.of(...a, ...b), channels: 2, name }, { clamp: 127 });
    const alone = [a, b].map((data) => ADMM({ data, channels: 1, name }, { clamp: 127 }));
    expect([...both.scales]).toEqual(alone.map(({ scales }) => scales[0]));
    expect([...both.quantized]).toEqual(alone.flatMap(({ quantized }) => [...quantized]));
  });

  it('takes channels of zeros, of one value and of tiny values', () => {
    const options = { clamp: 127 };
    const zeros = ADMM({ data: new Float32Array(6), channels: 2, name }, options);
    expect([[...zeros.scales], [...zeros.quantized]]).toEqual([
      [1, 1],
      [0, 0, 0, 0, 0, 0],
    ]);
    const single = ADMM({ data: Float32Array.of(-0.25), channels: 1, name }, options);
    expect(single.quantized[0]! * single.scales[0]!).toBeCloseTo(-0.25, 7);
    const constant = ADMM({ data: new Float32Array(5).fill(3), channels: 1, name }, { clamp: 1 });
    expect([constant.scales[0], ...constant.quantized]).toEqual([3, 1, 1, 1, 1, 1]);
    const subnormal = ADMM({ data: Float32Array.of(1e-45, 0), channels: 1, name }, options);
    expect([subnormal.scales[0], ...subnormal.quantized]).toEqual([2 ** -126, 0, 0]);
  });

  it('floors the scale where the kernel does', () => {
    const data = Float32Array.of(1e-5, -4e-6);
    const smallestScale = DEPTHWISE_SMALLEST_SCALE;
    const { quantized, scales } = ADMM({ data, channels: 1, name }, { clamp: 127, smallestScale });
    expect([scales[0], ...quantized]).toEqual([smallestScale, 10, -4]);
    const kept = ADMM({ data, channels: 1, name }, { clamp: 127 });
    expect(kept.quantized[0]! * kept.scales[0]!).toBeCloseTo(1e-5, 7);
    expect(kept.scales[0]).toBeLessThan(1e-7);
  });

  it.each([
    ['NaN', Float32Array.of(1, 2, 3, Number.NaN), 2, 127, 'conv1: weight 1 of output channel 1 is NaN'],
    ['Infinity', Float32Array.of(-Infinity), 1, 127, 'weight 0 of output channel 0 is -Infinity'],
    ['a wrong count', new Float32Array(5), 2, 127, 'expected weights for 2 output channels, got 5 values'],
    ['no weights', new Float32Array(0), 2, 127, 'got 0 values'],
    ['a clamp of 128', new Float32Array(2), 2, 128, 'expected a weight clamp from 1 to 127, got 128'],
  ])('refuses %s', (_, data, channels, clamp, message) => {
    expect(() => ADMM({ data, channels, name }, { clamp })).toThrow(message);
  });
});
