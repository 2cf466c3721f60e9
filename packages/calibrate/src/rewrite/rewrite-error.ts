/** A quantization plan does not fit the model; the message says where, expected and got. */
export class RewriteError extends Error {
  override name = 'RewriteError';
}
