/** Thrown from within a step that there is no time for. */
export class OutOfTime extends Error {}

/** Bounds a search in time. */
export class SearchClock {
  readonly #started = performance.now();
  readonly #milliseconds: number;
  #end: number;
  /** Whether something was given up. */
  stopped = false;
  /** Nothing is given up before there is a result. */
  #running = false;

  constructor(milliseconds = Number.POSITIVE_INFINITY) {
    this.#milliseconds = milliseconds;
    this.#end = this.#started + milliseconds;
  }

  /** What follows has until this share of the time, counted from the beginning of the search. */
  allow(share: number): void {
    this.#end = this.#started + share * this.#milliseconds;
  }

  get seconds(): number {
    return (performance.now() - this.#started) / 1000;
  }

  /** From now on time counts. */
  start(): void {
    this.#running = true;
  }

  /** @throws {OutOfTime} */
  check(): void {
    if (!this.#running || performance.now() <= this.#end) return;
    this.stopped = true;
    throw new OutOfTime('the time is over');
  }

  /** @returns `undefined` where the time was over before it was done */
  async within<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      this.check();
      return await work();
    } catch (error) {
      if (error instanceof OutOfTime) return undefined;
      throw error;
    }
  }
}
