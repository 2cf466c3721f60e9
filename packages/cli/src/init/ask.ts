/** Thrown where a person broke off: nothing was written. */
export class StoppedError extends Error {
  override name = 'StoppedError';
}

export interface Choice<T extends string> {
  readonly value: T;
  readonly hint?: string;
}

/** Asks a person. Every method throws {@link StoppedError} where that person breaks off. */
export interface Ask {
  /** @param problem what is wrong with an answer, in a sentence */
  text(question: string, start: string, problem: (answer: string) => string | undefined): Promise<string>;
  choice<T extends string>(question: string, choices: readonly Choice<T>[]): Promise<T>;
  confirm(question: string): Promise<boolean>;
  /** Says something between questions. */
  note(text: string): void;
}
