/** More would only share the memory among them. */
export const MOST_THREADS = 64;
