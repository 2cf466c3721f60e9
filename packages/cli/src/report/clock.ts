/** Measures phases that follow one another. */
export class PhaseClock {
  readonly #timings: { readonly phase: string; readonly seconds: number }[] = [];
  #since = performance.now();

  /** The end of a phase, which began where the one before ended. */
  readonly lap = (phase: string): void => {
    const now = performance.now();
    this.#timings.push({ phase, seconds: (now - this.#since) / 1000 });
    this.#since = now;
  };

  /** In their order. */
  get timings(): readonly { readonly phase: string; readonly seconds: number }[] {
    return this.#timings;
  }
}
