// What the page and its worker tell each other.

/** What computes, as the command's `--backend` has it. */
export type BackendName = 'cpu' | 'gpu:webgpu' | 'gpu:webgl2';

/** To the worker. */
export interface Order {
  readonly model: File;
  readonly config: File;
  readonly images: readonly File[];
  readonly backend: BackendName;
  /** Name of the result. */
  readonly target: string;
}

/** From the worker. */
export type Report =
  | { readonly kind: 'progress'; readonly phase: string; readonly done: number; readonly total: number }
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'done'; readonly model: Uint8Array; readonly scales: string; readonly summary: string };
