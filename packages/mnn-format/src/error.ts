/** What is wrong with a model, where in it, and in which file. */
export class MnnFormatError extends Error {
  /** As told to the reader; undefined when the model has no file. */
  readonly fileName: string | undefined;
  /** Path of the field, such as `net.oplists[12].main.Convolution2D.weight`; empty for the whole file. */
  readonly place: string;
  /** Expected and got, without file and place. */
  readonly reason: string;

  constructor(reason: string, place = '', fileName?: string) {
    super([fileName, place, reason].filter((part) => part !== undefined && part !== '').join(': '));
    this.name = 'MnnFormatError';
    this.reason = reason;
    this.place = place;
    this.fileName = fileName;
  }
}
