import type { AutoTrial } from '../../auto/outcome.ts';
import { TRIAL_HEADER, trialLine } from '../../auto/outcome-lines.ts';
import { printable } from '../../printable.ts';
import { createPassingProgress, createPhases, type Phases, SILENT } from '../../progress.ts';

/** What a search shows while it goes on: a line for everything that was tried, and on a terminal a bar for what is under way. */
export class SearchDisplay implements Phases {
  readonly #stream: NodeJS.WriteStream;
  readonly #silent: boolean;
  readonly #width: number;
  #phases: Phases;
  #ranking = false;
  #shown = 0;

  constructor(stream: NodeJS.WriteStream, { silent, width }: { silent: boolean; width: number }) {
    this.#stream = stream;
    this.#silent = silent;
    this.#width = width;
    this.#phases = this.#newPhases();
  }

  readonly onTrial = (trial: AutoTrial): void => {
    this.#phases.stop();
    this.#ranking = false;
    // The next one goes through the same phases.
    this.#phases = this.#newPhases();
    this.#shown++;
    if (this.#silent) return;
    if (this.#shown === 1) this.#stream.write(`${TRIAL_HEADER}\n`);
    this.#stream.write(`${printable(trialLine(trial, this.#shown, this.#width))}\n`);
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
