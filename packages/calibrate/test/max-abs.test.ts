import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEPTHWISE_SMALLEST_SCALE } from '../src/weights/grid.ts';
import { weightQuantizers } from '../src/weights/index.ts';

const { MAX_ABS } = weightQuantizers;
const name = 'conv1';

describe('MAX_ABS', () => {
  it('rounds to within half a step and stays within the clamp', () => {
    const weights = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), {
      minLength: 3,
      maxLength: 12,
    });
    fc.assert(
      fc.property(weights, fc.constantFrom(127, 100, 7, 1), (list, clamp) => {
        const data = Float32Array.from(list);
        const { quantized, scales } = MAX_ABS({ data, channels: 1, name }, { clamp });
        const scale = scales[0] as number;
        expect(scale).toBeGreaterThan(0);
        data.forEach((w, i) => {
          const q = quantized[i] as number;
          expect(Math.abs(q)).toBeLessThanOrEqual(clamp);
          expect(Math.abs(w - q * scale)).toBeLessThanOrEqual(scale * (0.5 + 1e-5 * clamp));
        });
      }),
    );
  });

  it('rounds half away from zero', () => {
    const data = Float32Array.of(127, 0.5, -0.5, 1.5, -1.5, 0.49);
    expect([...MAX_ABS({ data, channels: 1, name }, { clamp: 127 }).quantized]).toEqual([
      127, 1, -1, 2, -2, 0,
    ]);
  });

  it('scales every channel by its own maximum', () => {
    const data = Float32Array.of(1, -2, 0, 0, 12.7, 0.1);
    const { quantized, scales } = MAX_ABS({ data, channels: 3, name }, { clamp: 127 });
    expect([...scales]).toEqual([Math.fround(2 / 127), 1, Math.fround(Math.fround(12.7) / 127)]);
    expect([...quantized]).toEqual([64, -127, 0, 0, 127, 1]);
  });

  it('keeps tiny channels, and floors their scale where the kernel does', () => {
    const data = Float32Array.of(1e-5, -4e-6);
    expect([...MAX_ABS({ data, channels: 1, name }, { clamp: 127 }).quantized]).toEqual([127, -51]);
    const floored = MAX_ABS(
      { data, channels: 1, name },
      { clamp: 127, smallestScale: DEPTHWISE_SMALLEST_SCALE },
    );
    expect(floored.scales[0]).toBe(DEPTHWISE_SMALLEST_SCALE);
    expect([...floored.quantized]).toEqual([10, -4]);
    const subnormal = MAX_ABS({ data: Float32Array.of(1e-45), channels: 1, name }, { clamp: 127 });
    expect(subnormal.scales[0]).toBe(2 ** -126);
  });

  it.each([
    ['NaN', Float32Array.of(1, 2, 3, Number.NaN), 2, 127, 'conv1: weight 1 of output channel 1 is NaN'],
    [
      'Infinity',
      Float32Array.of(Number.POSITIVE_INFINITY),
      1,
      127,
      'weight 0 of output channel 0 is Infinity',
    ],
    ['a wrong count', new Float32Array(5), 2, 127, 'expected weights for 2 output channels, got 5 values'],
    ['no weights', new Float32Array(0), 2, 127, 'got 0 values'],
    ['a clamp of zero', new Float32Array(2), 2, 0, 'expected a weight clamp from 1 to 127, got 0'],
  ])('refuses %s', (_, data, channels, clamp, message) => {
    expect(() => MAX_ABS({ data, channels, name }, { clamp })).toThrow(message);
  });
});
