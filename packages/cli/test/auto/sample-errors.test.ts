import type { HostTensor } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { SampleErrors, typicalOf } from '../../src/auto/sample-errors.ts';

const tensor = (...data: number[]): HostTensor => ({
  shape: [1, data.length],
  dtype: 'float32',
  layout: 'NCHW',
  data: Float32Array.from(data),
});

/** At an angle to [1, 0] whose cosine is 1 - error. */
const at = (error: number) => tensor(1 - error, Math.sqrt(1 - (1 - error) ** 2));

const typical = (errors: SampleErrors): number => typicalOf(errors.logarithms);

describe('the errors of samples, and of a typical one', () => {
  it('are 1 - cosine, and their geometric mean', () => {
    const errors = new SampleErrors();
    // In whatever order samples come.
    errors.add('out', 1, tensor(1, 0), at(0.001));
    errors.add('out', 0, tensor(1, 0), at(0.1));
    expect(errors.logarithms.map(Math.exp)).toEqual([expect.closeTo(0.1, 5), expect.closeTo(0.001, 5)]);
    expect(typical(errors)).toBeCloseTo(0.01, 5);
  });

  it('are of the worst output of each sample', () => {
    const errors = new SampleErrors();
    for (const [output, first, second] of [
      ['a', 0.1, 0.0001],
      ['b', 0.0001, 0.1],
    ] as const) {
      errors.add(output, 0, tensor(1, 0), at(first));
      errors.add(output, 1, tensor(1, 0), at(second));
    }
    expect(typical(errors)).toBeCloseTo(0.1, 5);
  });

  it('do not count below a hundred-thousandth, so that equal outputs do not win alone', () => {
    const errors = new SampleErrors();
    errors.add('out', 0, tensor(3, 4), tensor(3, 4));
    errors.add('out', 1, tensor(1, 0), at(0.1));
    expect(typical(errors)).toBeCloseTo(Math.sqrt(0.1 * 1e-5), 8);
  });

  it("are half the noise's part of the power where outputs are single numbers", () => {
    const errors = new SampleErrors();
    // Noise 0.01 and 0.04 of a mean power of (1 + 9) / 2.
    errors.add('score', 0, tensor(1), tensor(1.1));
    errors.add('score', 1, tensor(-3), tensor(-3.2));
    expect(errors.logarithms.map(Math.exp)).toEqual([
      expect.closeTo(0.01 / 10, 6),
      expect.closeTo(0.04 / 10, 6),
    ]);
  });

  it('are infinite where a value is not a number, and where there is none', () => {
    const errors = new SampleErrors();
    expect(typical(errors)).toBe(Number.POSITIVE_INFINITY);
    errors.add('out', 0, tensor(1, 0), at(0.1));
    errors.add('out', 1, tensor(1, 0), tensor(Number.NaN, 0));
    expect(errors.logarithms[1]).toBe(Number.POSITIVE_INFINITY);
    expect(typical(errors)).toBe(Number.POSITIVE_INFINITY);
  });
});
