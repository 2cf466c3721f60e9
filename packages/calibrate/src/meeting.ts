interface Waiting {
  resume(): void;
  fail(error: unknown): void;
}

/**
 * A place where several asynchronous runs wait for each other, by key: the last to arrive has `handle`
 * done with what all brought, then all go on.
 */
export class Meeting<T> {
  readonly #expected: (key: number) => number;
  readonly #handle: (brought: readonly T[]) => Promise<void>;
  readonly #tables = new Map<number, { readonly brought: T[]; readonly waiting: Waiting[] }>();
  #failure: { readonly error: unknown } | undefined;

  /** @param expected how many runs will come to a key */
  constructor(expected: (key: number) => number, handle: (brought: readonly T[]) => Promise<void>) {
    this.#expected = expected;
    this.#handle = handle;
  }

  async join(key: number, brought: T): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const table = this.#tables.get(key) ?? { brought: [], waiting: [] };
    this.#tables.set(key, table);
    table.brought.push(brought);
    if (table.brought.length < this.#expected(key))
      return new Promise((resume, fail) => {
        table.waiting.push({ resume, fail });
      });
    this.#tables.delete(key);
    try {
      await this.#handle(table.brought);
      for (const { resume } of table.waiting) resume();
    } catch (error) {
      for (const { fail } of table.waiting) fail(error);
      throw error;
    }
  }

  /** One run has failed: nobody must wait for it. */
  abort(error: unknown): void {
    this.#failure ??= { error };
    for (const { waiting } of this.#tables.values()) for (const { fail } of waiting) fail(error);
    this.#tables.clear();
  }

  /** Runs all to their ends, also when one fails, so that each frees what it holds; then throws. */
  async runAll(runs: readonly (() => Promise<unknown>)[]): Promise<void> {
    const guarded = runs.map(async (run) => {
      try {
        await run();
      } catch (error) {
        this.abort(error);
      }
    });
    await Promise.all(guarded);
    if (this.#failure) throw this.#failure.error;
  }
}
