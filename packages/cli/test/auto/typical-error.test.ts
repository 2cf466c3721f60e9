import type { HostTensor } from '@mnnquant/graph';
import { describe, expect, it } from 'vitest';
import { TypicalError } from '../../src/auto/typical-error.ts';

const tensor = (...data: number[]): HostTensor => ({
  shape: [1, data.length],
  dtype: 'float32',
  layout: 'NCHW',
  data: Float32Array.from(data),
});

/** At an angle to [1, 0] whose cosine is 1 - error. */
const at = (error: number) => tensor(1 - error, Math.sqrt(1 - (1 - error) ** 2));

describe('the error of a typical sample', () => {
  it('is the geometric mean over samples', () => {
    const typical = new TypicalError();
    typical.add('out', 0, tensor(1, 0), at(0.1));
    typical.add('out', 1, tensor(1, 0), at(0.001));
    expect(typical.value).toBeCloseTo(0.01, 5);
  });

  it('takes the worst output of each sample', () => {
    const typical = new TypicalError();
    for (const [output, first, second] of [
      ['a', 0.1, 0.0001],
      ['b', 0.0001, 0.1],
    ] as const) {
      typical.add(output, 0, tensor(1, 0), at(first));
      typical.add(output, 1, tensor(1, 0), at(second));
    }
    expect(typical.value).toBeCloseTo(0.1, 5);
  });

  it('counts nothing below a hundred-thousandth, so that equal outputs do not win alone', () => {
    const typical = new TypicalError();
    typical.add('out', 0, tensor(3, 4), tensor(3, 4));
    typical.add('out', 1, tensor(1, 0), at(0.1));
    expect(typical.value).toBeCloseTo(Math.sqrt(0.1 * 1e-5), 8);
  });

  it("of single numbers is half the noise's part of the power", () => {
    const typical = new TypicalError();
    // Noise 0.01 and 0.04 of a mean power of (1 + 9) / 2.
    typical.add('score', 0, tensor(1), tensor(1.1));
    typical.add('score', 1, tensor(-3), tensor(-3.2));
    expect(typical.value).toBeCloseTo(Math.sqrt((0.01 / 10) * (0.04 / 10)), 6);
  });

  it('is infinite where a value is not a number, and where there is none', () => {
    const typical = new TypicalError();
    expect(typical.value).toBe(Number.POSITIVE_INFINITY);
    typical.add('out', 0, tensor(1, 0), at(0.1));
    typical.add('out', 1, tensor(1, 0), tensor(Number.NaN, 0));
    expect(typical.value).toBe(Number.POSITIVE_INFINITY);
  });
});
