/** An image cannot be made into the network's input; the message says expected and got. */
export class PreprocessError extends Error {
  override name = 'PreprocessError';
}
