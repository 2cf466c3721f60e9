import { isSearched } from '../../../config/recommended.ts';
import type { Config } from '../../../config/schema.ts';
import { type Check, counted, type Found } from '../finding.ts';

/** Multiply-adds a second of one core, about, with all that a run does besides (docs/performance.md). */
const SPEED = 5e9;
/** `--memory` if it is not given, without the share for samples. */
const DEFAULT_BYTES = 0.75 * 2 ** 30;

/** What a run will take. */
export const estimate: Check = {
  name: 'estimate',
  find({ model: { work }, images, arrays, config: { config } }): Found[] {
    const count = images?.used.length ?? arrays?.count ?? 0;
    if (work === undefined || count === 0) return [];
    const size = sizeText(work.activationBytes);
    const found: Found[] = [
      {
        level: 'note',
        text: `${si(work.multiplyAdds)} multiply-adds x ${counted(count, 'sample')}: ${duration((work.multiplyAdds * count) / SPEED)} on one core ${howOften(config)}; activations of a sample take ${size}`,
      },
    ];
    if (work.activationBytes > DEFAULT_BYTES)
      found.push({
        level: 'warning',
        text: `the activations of one sample take ${size}, more than the default of --memory leaves for them`,
        advice: `--memory ${Math.ceil((work.activationBytes / 0.75 / 2 ** 30) * 1.5)}G`,
      });
    return found;
  },
};

/** A search runs the network many times. */
function howOften(config: Config | undefined): string {
  const { feature_quantize_method: method = 'KL' } = config ?? {};
  return isSearched({ feature_quantize_method: method })
    ? `for each run, of which ${method} makes many`
    : `with ${method}`;
}

/** What is less than a tenth of a MiB is none that rounds to nothing. */
function sizeText(bytes: number): string {
  return bytes < 2 ** 20 / 10 ? `${(bytes / 2 ** 10).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

function si(count: number): string {
  const units: readonly [number, string][] = [
    [1e9, 'billion'],
    [1e6, 'million'],
    [1e3, 'thousand'],
  ];
  const unit = units.find(([size]) => count >= size);
  return unit === undefined ? String(count) : `${(count / unit[0]).toFixed(1)} ${unit[1]}`;
}

function duration(seconds: number): string {
  if (seconds < 1) return 'below a second';
  return seconds < 120 ? `about ${Math.round(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}
