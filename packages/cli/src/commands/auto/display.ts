import type { AutoTrial } from '../../auto/outcome.ts';
import { trialHeader, trialLines } from '../../auto/trial-lines.ts';
import { printable } from '../../printable.ts';
import { createPassingProgress, createPhases, type Phases, SILENT } from '../../progress.ts';
import { terminalWidth } from '../../terminal-width.ts';

/** What a search shows while it goes on: a line for everything that was tried, and on a terminal a bar for what is under way. */
export class SearchDisplay implements Phases {
  readonly #stream: NodeJS.WriteStream;
  readonly #silent: boolean;
  #phases: Phases;
  #ranking = false;
  readonly #shown: AutoTrial[] = [];

  constructor(stream: NodeJS.WriteStream, { silent }: { silent: boolean }) {
    this.#stream = stream;
    this.#silent = silent;
    this.#phases = this.#newPhases();
  }

  readonly onTrial = (trial: AutoTrial): void => {
    this.#phases.stop();
    this.#ranking = false;
    // The next one goes through the same phases.
    this.#phases = this.#newPhases();
    if (this.#silent) return;
    if (this.#shown.length === 0) this.#stream.write(`${trialHeader(trial)}\n`);
    // A search takes long enough for a window to get another size.
    const place = { number: this.#shown.length + 1, above: this.#shown, width: terminalWidth(this.#stream) };
    for (const line of trialLines(trial, place)) this.#stream.write(`${printable(line)}\n`);
    this.#shown.push(trial);
  };

  readonly onRank = (done: number, total: number): void => {
    this.#ranking = true;
    this.#phases.update('rank layers', done, total);
  };

  readonly update = (phase: string, done: number, total: number): void => {
    // Each op that is ranked is judged by a run of its own, too short for a bar.
    if (!this.#ranking) this.#phases.update(phase, done, total);
  };

  readonly stop = (): void => {
    this.#phases.stop();
  };

  #newPhases(): Phases {
    return createPhases((title) => (this.#silent ? SILENT : createPassingProgress(title, this.#stream)));
  }
}
