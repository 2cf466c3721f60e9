/**
 * The first few, and how many more there are: `a.jpg, b.jpg, c.jpg and 4 more`.
 *
 * @param most how many are named, of fewer all
 */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
