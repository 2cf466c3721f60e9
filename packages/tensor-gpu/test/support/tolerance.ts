/** Sums and transcendental functions as a GPU computes them against float64, relative to the largest value of the output. */
export const TOLERANCE = 1e-5;
