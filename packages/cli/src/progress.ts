import cliProgress from 'cli-progress';

/** Shows how far a step is: a bar with the time left on a terminal, a line per quarter elsewhere. */
export interface Progress {
  update(done: number, total: number): void;
  /** No more updates are shown after this; a second call does nothing. */
  stop(): void;
}

export const SILENT: Progress = { update: () => {}, stop: () => {} };

export function createProgress(title: string, stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? barProgress(title, stream) : lineProgress(title, stream);
}

function barProgress(title: string, stream: NodeJS.WriteStream): Progress {
  const format = `${title.padEnd(12)} {bar} {percentage}% | {duration_formatted} | ETA {eta_formatted}`;
  const bar = new cliProgress.SingleBar(
    // What the bar changes in the terminal would stay so after Ctrl-C.
    { format, stream, hideCursor: false, linewrap: true, clearOnComplete: false },
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
