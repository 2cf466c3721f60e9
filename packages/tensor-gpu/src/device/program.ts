/** What a program's parameter holds. Integers are exact to 2^31, numbers are float32. */
export type ParameterKind = 'array' | 'integer' | 'number';

/** Parameters in the order of the kernel function's arguments. */
export type Parameters = Readonly<Record<string, ParameterKind>>;

/**
 * A kernel in the JavaScript that gpu.js translates to WGSL and GLSL.
 *
 * What holds in all modes, and only that may be relied on:
 * - `this.thread.x`, `.y`, `.z`, loop counters that start at a literal (`for (let i = 0; …; i++)`) and integer parameters
 *   are 32-bit integers, and so are sums, differences and products of them. Every other local variable is a float32,
 *   which holds whole numbers up to 2^24 exactly.
 * - An array is read as `x[z][y][x]` or `x[i]`; the indices may be floats that hold whole numbers.
 * - `/` is a float division that may be off by 2.5 units in the last place. `Math.floor((a + 0.5) / b)` of whole numbers is exact
 *   for a below 1.6 million all the same; beyond that, up to 2^22, `quotient` in kernels/dispatch.ts is.
 * - Infinity as a literal becomes the largest finite number: pass it as a parameter.
 * - Both sides of `c ? a : b`, `&&` and `||` may be evaluated: an index has to be within bounds either way.
 */
export interface Program<P extends Parameters = Parameters> {
  /** For messages, and its own among all programs. */
  readonly name: string;
  readonly parameters: P;
  /** Dimensions of the output: 1 for threads along one line, 3 for `[x, y, z]`. */
  readonly rank: 1 | 3;
  /** Statements; they end with `return`. */
  readonly body: string;
  /** Values each thread returns, as `[a, b, c, d]`: neighbours along x. Only where the device is `wide`. */
  readonly width?: 4;
}

/** Declares a program, with the kinds of its parameters kept as types. */
export function program<const P extends Parameters>(definition: Program<P>): Program<P> {
  return definition;
}

/** The function that gpu.js parses. */
export function sourceOf({ parameters, body }: Program): string {
  return `function(${Object.keys(parameters).join(', ')}) {\n${body}\n}`;
}
