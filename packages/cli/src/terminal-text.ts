import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import { listed } from './listed.ts';

/** A name that is cut to less says nothing. */
const LEAST_NAME = 8;

/**
 * Names with commas between them, as many as fit, and how many more there are; the first one is shortened where not even it fits.
 *
 * @param room columns
 * @returns '' where there is no room for that either
 */
export function fittingNames(names: readonly string[], room: number): string {
  for (let shown = names.length; shown > 0; shown--) {
    const text = listed(names, shown);
    if (stringWidth(text) <= room) return text;
  }
  const [first, ...others] = names;
  const left = room - stringWidth(listed(['', ...others], 1));
  return first === undefined || left < LEAST_NAME ? '' : listed([shorten(first, left), ...others], 1);
}

/** At most `room` columns: both ends of a name tell most about it. */
export function shorten(name: string, room: number): string {
  if (stringWidth(name) <= room) return name;
  const short = cliTruncate(name, room, { position: 'middle' });
  // The library may cut a wide character one column too late.
  return stringWidth(short) <= room ? short : cliTruncate(name, room - 1, { position: 'middle' });
}
