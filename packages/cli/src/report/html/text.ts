import type { ReportError } from '../schema.ts';

/** What a table shows where there is nothing to show. */
export const NOTHING = '–';

/** A name from a file must neither steer the page (direction marks, separators of lines) nor hide something (control characters). */
export function printable(name: string): string {
  return name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

/** Rounded down: 1.00000 is only shown for what is equal. `null` is NaN. */
export function cosineText(cosine: number | null | undefined): string {
  if (cosine === undefined) return NOTHING;
  return cosine === null ? 'NaN' : (Math.floor(cosine * 1e5) / 1e5).toFixed(5);
}

/** Decibels as a number that sorts: infinite without noise, `-Infinity` for what is no number. */
export function snrOf({ snr, maxError }: Pick<ReportError, 'snr' | 'maxError'>): number {
  if (snr !== null) return snr;
  // JSON has no infinity: without a difference there is no noise.
  return maxError === 0 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

/** In dB, without the unit. */
export function snrText(error: Pick<ReportError, 'snr' | 'maxError'> | undefined): string {
  if (error === undefined) return NOTHING;
  const snr = snrOf(error);
  if (snr === Number.POSITIVE_INFINITY) return '∞';
  return snr === Number.NEGATIVE_INFINITY ? 'none' : decibels(snr);
}

export function decibels(snr: number): string {
  const text = snr.toFixed(1);
  return (text === '-0.0' ? '0.0' : text).replace('-', '−');
}

/** A share from 0 to 1 in percent. What is not 0 (or 100) is never shown as that. */
export function shareText(part: number | null | undefined): string {
  if (part === undefined) return NOTHING;
  if (part === null) return 'NaN';
  if (part > 0 && part < 0.00005) return '<0.01 %';
  if (part < 1 && part > 0.99995) return '>99.99 %';
  return `${(100 * part).toFixed(2)} %`;
}

/** `part` of `total` in percent, with one digit. */
export function percent(part: number, total: number): string {
  if (total === 0) return '0 %';
  const share = part / total;
  if (part === total) return '100 %';
  if (part === 0) return '0 %';
  if (share < 0.0005) return '<0.1 %';
  return share > 0.9995 ? '>99.9 %' : `${(100 * share).toFixed(1)} %`;
}

/** With a prefix of the SI: `12.3 M`. What rounds to 1000 has the next one. */
export function large(count: number): string {
  const [unit, size] =
    count >= 999.5e6 ? ['G', 1e9] : count >= 999.5e3 ? ['M', 1e6] : count >= 1e3 ? ['k', 1e3] : ['', 1];
  return unit === '' ? String(count) : `${(count / Number(size)).toPrecision(3)} ${unit}`;
}

/** `12.3 s`, `4 min 5 s`, `2 h 3 min`. */
export function durationText(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export function bytesText(bytes: number): string {
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(2)} MB`;
  return bytes >= 1e3 ? `${(bytes / 1e3).toFixed(1)} kB` : `${bytes} B`;
}

/** Four digits that count, for values of tensors. `null` is no number. */
export function valueText(value: number | null): string {
  if (value === null) return 'NaN';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e6 || size < 1e-4 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
  return text.replaceAll('-', '−').replace('e+', 'e');
}

export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join(' × ');
}

export function plural(count: number, one: string, several = `${one}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? one : several}`;
}

/** A list of numbers over several lines: no text in JSON has a line break. */
const NUMBERS = /\[\n((?:\s+-?\d[\d.eE+-]*,?\n)+)\s*\]/g;

/** JSON to copy: characters that are not seen, or turn the direction of what follows, as escapes, which mean the same. */
export function visibleJson(value: unknown): string {
  const json = JSON.stringify(value, undefined, 2).replaceAll(
    NUMBERS,
    (_, list: string) => `[${list.trim().split(/,?\s+/).join(', ')}]`,
  );
  return json.replaceAll(/[\p{Zl}\p{Zp}]|[^\P{C}\n]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}
