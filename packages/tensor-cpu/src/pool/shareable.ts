/** Content from this size on is shared between workers instead of copied to each. */
const SHARED_FROM_BYTES = 1 << 16;

/** Makes large arrays shareable, each once. */
export class ShareableContent {
  readonly #shared = new WeakMap<ArrayBufferView, ArrayBufferView>();

  /**
   * A value with its large typed arrays, at any depth, in shared memory; where there is none (a browser page that
   * is not isolated) in buffers of their own, which are copied when they are sent.
   */
  of<T>(value: T): T {
    return this.#of(value) as T;
  }

  /** A copy of an array that all workers can be sent, for one use. */
  copyOf<T extends ArrayBufferView>(view: T): T {
    return view.byteLength < SHARED_FROM_BYTES ? view : (sharedCopy(view) as T);
  }

  #of(value: unknown): unknown {
    if (ArrayBuffer.isView(value)) return this.#array(value);
    if (Array.isArray(value)) return value.map((item) => this.#of(item));
    if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.#of(item)]));
  }

  #array(view: ArrayBufferView): ArrayBufferView {
    // Sending a view sends all of its buffer, which may be the whole file.
    if (view.byteLength < SHARED_FROM_BYTES)
      return view.byteLength < view.buffer.byteLength ? (view as Uint8Array).slice() : view;
    let shared = this.#shared.get(view);
    if (shared === undefined) {
      shared = sharedCopy(view);
      this.#shared.set(view, shared);
    }
    return shared;
  }
}

function sharedCopy(view: ArrayBufferView): ArrayBufferView {
  const Storage = typeof SharedArrayBuffer === 'undefined' ? ArrayBuffer : SharedArrayBuffer;
  const bytes = new Uint8Array(new Storage(view.byteLength));
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return new (view.constructor as new (buffer: ArrayBufferLike) => ArrayBufferView)(bytes.buffer);
}
