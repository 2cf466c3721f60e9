/** Where one of two runs waits, with what it brought. */
interface Waiting<T> {
  readonly brought: T;
  resume(): void;
  fail(error: unknown): void;
}

/**
 * Lets two asynchronous runs meet at every tensor: the first waits until the second is there as well,
 * then `compare` is awaited, then both go on. So neither is ever ahead, and no tensor outlives its
 * turn to be compared.
 */
export class Lockstep<T> {
  readonly #compare: (first: T, second: T) => Promise<void>;
  #waiting: (Waiting<T> & { readonly side: 'first' | 'second' }) | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(compare: (first: T, second: T) => Promise<void>) {
    this.#compare = compare;
  }

  async meet(side: 'first' | 'second', brought: T): Promise<void> {
    if (this.#failure) throw this.#failure.error;
    const other = this.#waiting;
    if (other === undefined || other.side === side)
      return new Promise((resume, fail) => {
        this.#waiting = { side, brought, resume, fail };
      });
    this.#waiting = undefined;
    try {
      await (side === 'second'
        ? this.#compare(other.brought, brought)
        : this.#compare(brought, other.brought));
      other.resume();
    } catch (error) {
      other.fail(error);
      throw error;
    }
  }

  /** One run has failed: the other must not wait for it. */
  abort(error: unknown): void {
    this.#failure = { error };
    this.#waiting?.fail(error);
    this.#waiting = undefined;
  }
}

/** Runs both to their end, also when one fails, so that each frees what it holds; then throws. */
export async function runBoth<T>(
  lockstep: Lockstep<T>,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  const guarded = async (run: () => Promise<unknown>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      failure ??= { error };
      lockstep.abort(error);
    }
  };
  await Promise.all([guarded(first), guarded(second)]);
  if (failure) throw failure.error;
}
