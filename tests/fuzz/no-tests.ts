/** Stands for vitest where its helpers for scratch folders are not used. */
export function onTestFinished(): never {
  throw new Error('there is no test to finish');
}
