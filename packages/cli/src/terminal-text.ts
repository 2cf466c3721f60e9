import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

/** At most `room` columns: both ends of a name tell most about it. */
export function shorten(name: string, room: number): string {
  if (stringWidth(name) <= room) return name;
  const short = cliTruncate(name, room, { position: 'middle' });
  // The library may cut a wide character one column too late.
  return stringWidth(short) <= room ? short : cliTruncate(name, room - 1, { position: 'middle' });
}
