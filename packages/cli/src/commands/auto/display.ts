import type { AutoTrial } from '../../auto/outcome.ts';
import { type TrialPlace, trialHeader, trialLines } from '../../auto/trial-lines.ts';
import { printable } from '../../printable.ts';
import { createPassingProgress, createPhases, type Phases, SILENT } from '../../progress.ts';
import { terminalWidth } from '../../terminal-width.ts';

/** What a search shows while it goes on: a line for everything that was tried, and on a terminal a bar for what is under way. */
export class SearchDisplay implements Phases {
  readonly #stream: NodeJS.WriteStream;
  readonly #silent: boolean;
  #phases: Phases;
  #ranking = false;
  #shown = 0;
  /** Numbers of the trials with everything in int8, by their settings. */
  readonly #numbers = new Map<string, number>();

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
    this.#shown++;
    if (this.#silent) return;
    if (this.#shown === 1) this.#stream.write(`${trialHeader(trial)}\n`);
    for (const line of trialLines(trial, this.#place(trial))) this.#stream.write(`${printable(line)}\n`);
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

  #place({ settings, freed }: AutoTrial): TrialPlace {
    const key = JSON.stringify(settings);
    const settingsOf = this.#numbers.get(key);
    // What is judged again, by more samples, says more of what is freed after it.
    if (freed.length === 0) this.#numbers.set(key, this.#shown);
    // A search takes long enough for a window to get another size.
    return { number: this.#shown, settingsOf, width: terminalWidth(this.#stream) };
  }

  #newPhases(): Phases {
    return createPhases((title) => (this.#silent ? SILENT : createPassingProgress(title, this.#stream)));
  }
}
