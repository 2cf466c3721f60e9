import cliProgress from 'cli-progress';

/** Shows how far a step is: a bar with the time left on a terminal, a line per quarter elsewhere. */
export interface Progress {
  update(done: number, total: number): void;
  /** No more updates are shown after this; a second call does nothing. */
  stop(): void;
}

export const SILENT: Progress = { update: () => {}, stop: () => {} };

/** The steps of a run, one after the other. */
export interface Phases {
  /** Ends the step before where `phase` is a new one; updates of an ended step are not shown. */
  update(phase: string, done: number, total: number): void;
  stop(): void;
}

/** At most one bar moves at a time: two would write over each other. */
export function createPhases(create: (title: string) => Progress): Phases {
  const progresses = new Map<string, Progress>();
  const stop = (): void => {
    for (const progress of progresses.values()) progress.stop();
  };
  return {
    update(phase, done, total) {
      let progress = progresses.get(phase);
      if (!progress) {
        stop();
        progress = create(phase);
        progresses.set(phase, progress);
      }
      progress.update(done, total);
    },
    stop,
  };
}

export function createProgress(title: string, stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barProgress(title, stream) : lineProgress(title, stream);
}

/** A bar that goes away when it stops, on a terminal; nothing elsewhere. */
export function createPassingProgress(title: string, stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barProgress(title, stream, { clear: true }) : SILENT;
}

/** What stands beside the bar must fit into the line. */
const TEXT_COLUMNS = 44;

function barWidth({ columns = 80 }: NodeJS.WriteStream): number {
  return Math.max(4, Math.min(40, columns - TEXT_COLUMNS));
}

function barProgress(title: string, stream: NodeJS.WriteStream, { clear = false } = {}): Progress {
  const format = `${title.padEnd(12)} {bar} {percentage}% | {duration_formatted} | ETA {eta_formatted}`;
  const bar = new cliProgress.SingleBar(
    // What the bar changes in the terminal would stay so after Ctrl-C.
    { format, stream, barsize: barWidth(stream), hideCursor: false, linewrap: true, clearOnComplete: clear },
    cliProgress.Presets.rect,
  );
  let started = false;
  let stopped = false;
  return {
    update(done, total) {
      if (stopped) return;
      if (!started) bar.start(total, 0);
      started = true;
      bar.setTotal(total);
      bar.update(done);
    },
    stop() {
      if (started && !stopped) bar.stop();
      stopped = true;
    },
  };
}

function lineProgress(title: string, stream: NodeJS.WriteStream): Progress {
  let shown = 0;
  return {
    update(done, total) {
      const quarter = Math.floor((4 * done) / Math.max(total, 1));
      if (quarter <= shown) return;
      shown = quarter;
      stream.write(`${title}: ${quarter * 25}%\n`);
    },
    stop: () => {},
  };
}
