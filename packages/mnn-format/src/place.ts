/** Where a walk through a model is: `net.oplists[12].main.Convolution2D`. */
export class PlacePath {
  readonly #keys: (string | number)[] = [];

  /** Runs `visit` with `key` appended. After an error the path stays where the error was. */
  enter<T>(key: string | number, visit: () => T): T {
    this.#keys.push(key);
    const result = visit();
    this.#keys.pop();
    return result;
  }

  toString(): string {
    return this.#keys.map((key, i) => (typeof key === 'number' ? `[${key}]` : i ? `.${key}` : key)).join('');
  }
}
