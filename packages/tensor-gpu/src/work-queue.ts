/** Runs tasks one after the other, in the order in which they were handed over; one that fails does not stop the others. */
export class WorkQueue {
  #last: Promise<unknown> = Promise.resolve();

  add<T>(task: () => T | Promise<T>): Promise<T> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => {});
    return result;
  }
}
