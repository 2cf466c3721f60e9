import uPlot from 'uplot';
import { colour, onThemeChange } from './theme.ts';

const FONT = '12px system-ui, sans-serif';
const LEAST_WIDTH = 200; // pixels

/** What the charts share; `plot` is made anew with other colours or another measure. */
export interface Chart {
  /** The chart as it is drawn now. */
  plot(): uPlot;
  redraw(): void;
  remove(): void;
}

/**
 * Draws into `host` at its width, now and whenever that or the colours change.
 *
 * @param options of the chart; called at every drawing, for colours
 */
export function drawChart(
  host: HTMLElement,
  options: () => Omit<uPlot.Options, 'width'>,
  data: () => uPlot.AlignedData,
): Chart {
  const abort = new AbortController();
  const width = (): number => Math.max(LEAST_WIDTH, Math.floor(host.clientWidth));
  const make = (): uPlot => new uPlot({ ...options(), width: width() }, data(), host);
  let plot = make();
  const redraw = (): void => {
    plot.destroy();
    plot = make();
  };
  const observer = new ResizeObserver(() => {
    if (plot.width !== width()) plot.setSize({ width: width(), height: plot.height });
  });
  observer.observe(host);
  onThemeChange(redraw, abort.signal);
  return {
    plot: () => plot,
    redraw,
    remove: () => {
      abort.abort();
      observer.disconnect();
      plot.destroy();
    },
  };
}

/** An axis along the bottom: uPlot leaves more room below it than a line of text needs. */
export function bottomAxis(label: string | undefined, more: uPlot.Axis = {}): uPlot.Axis {
  return axis(label, { size: 26, ...more });
}

/** An axis in the page's colours. */
export function axis(label: string | undefined, more: uPlot.Axis = {}): uPlot.Axis {
  const line = colour('c-line');
  return {
    stroke: colour('c-muted'),
    font: FONT,
    labelFont: FONT,
    ...(label !== undefined && { label, labelSize: 18, labelGap: 0 }),
    ...more,
    grid: { stroke: line, width: 1, ...more.grid },
    ticks: { stroke: line, width: 1, size: 4, ...more.ticks },
  };
}

/** Beside a number: the tick and the gap behind it. */
const AROUND_NUMBER = 13; // pixels

/** An axis at the left that is as wide as its numbers. */
export function leftAxis(label: string | undefined, more: uPlot.Axis = {}): uPlot.Axis {
  const size: uPlot.Axis.Size = ({ ctx }, values, _, cycle) => {
    ctx.save();
    ctx.font = FONT;
    const widths = (values ?? []).map((text) => ctx.measureText(text).width);
    ctx.restore();
    // Where its size decides which numbers there are, they stay as at first.
    if (cycle > 1) return widest;
    widest = AROUND_NUMBER + widths.reduce((a, b) => Math.max(a, b), 0);
    return widest;
  };
  let widest = AROUND_NUMBER;
  return axis(label, { size, ...more });
}

/** An axis whose numbers are where `ticks` has them. */
export function ticksAt(
  ticks: (low: number, high: number, pixels: number) => number[],
  text: (value: number) => string,
): Partial<uPlot.Axis> {
  const filter: uPlot.Axis.Filter = (_, splits) => [...splits];
  return {
    splits: ({ bbox }, _, low, high) => ticks(low, high, bbox.height / devicePixelRatio),
    values: (_, splits) => splits.map(text),
    // uPlot would choose among them once more.
    filter,
    grid: { filter },
    ticks: { filter },
  };
}

/** Nothing of uPlot's own legend, zooming or focus: texts beside the charts tell what they show. */
export const STILL = {
  legend: { show: false },
  cursor: { show: false },
  select: { show: false, left: 0, top: 0, width: 0, height: 0 },
} satisfies Partial<uPlot.Options>;
