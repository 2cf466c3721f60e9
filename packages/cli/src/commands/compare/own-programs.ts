import type { Program } from '@mnnquant/graph';

/**
 * Programs whose nodes were made for one model, and which may share some (subgraphs, or all of a plan that is opened twice): the backend forgets
 * them when the last that is open ends.
 */
export class OwnPrograms {
  readonly #open = new Set<Program>();
  readonly #ended = new Set<Program>();

  add(program: Program): void {
    this.#open.add(program);
  }

  end(program: Program): void {
    program.dispose();
    this.#open.delete(program);
    this.#ended.add(program);
    if (this.#open.size > 0) return;
    for (const one of this.#ended) one.dispose({ forget: true });
    this.#ended.clear();
  }
}
