import type { Report } from './schema.ts';

type Output = Report['outputs'][number];

/** Whether the cosine of an output tells no more than the sign of its one number. */
export function isOneNumber({ shape }: Pick<Output, 'shape'>): boolean {
  return shape.reduce((product, extent) => product * extent, 1) === 1;
}

/**
 * How alike an output and the float one are, 1 where they are equal: the cosine, and for a single number the cosine that
 * vectors with noise at its SNR have, sqrt(1 - 10^(-SNR/10)). `null` where something is not finite.
 */
export function likeness({ shape, error: { cosine, snr } }: Pick<Output, 'shape' | 'error'>): number | null {
  if (cosine === null || cosine <= 0 || !isOneNumber({ shape })) return cosine;
  // No noise at all.
  if (snr === null) return cosine;
  return Math.sqrt(Math.max(0, 1 - 10 ** (-snr / 10)));
}
