import fc from 'fast-check';
import { expect, it } from 'vitest';
import { centredLogits } from '../../src/auto/centred-logits.ts';

it('gives back what a Softmax was given, without its mean', () => {
  const logit = fc.double({ min: -9, max: 9, noNaN: true });
  fc.assert(
    fc.property(fc.array(logit, { minLength: 2, maxLength: 50 }), (logits) => {
      const powers = logits.map(Math.exp);
      const sum = powers.reduce((a, b) => a + b, 0);
      const mean = logits.reduce((a, b) => a + b, 0) / logits.length;
      const found = centredLogits(Float32Array.from(powers, (one) => one / sum));
      for (const [i, one] of found.entries()) expect(one).toBeCloseTo(logits[i]! - mean, 4);
    }),
  );
});

it('bounds what is 0, and keeps what is not a number', () => {
  const [zero, one] = centredLogits(Float32Array.of(0, 1));
  expect(zero! - one!).toBeCloseTo(Math.log(1e-12), 4);
  expect([...centredLogits(Float32Array.of(Number.NaN, 1))].every(Number.isNaN)).toBe(true);
});
