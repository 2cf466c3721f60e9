/** Seeded numbers between 0 and 1, neither of which occurs: Lehmer's generator with the multiplier 16807. `seed` from 1. */
export function uniformGenerator(seed) {
  let state = seed;
  return () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
}

/** Seeded normal numbers of mean 0 and variance 1 (Box and Muller). */
export function normalGenerator(seed) {
  const uniform = uniformGenerator(seed);
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}
