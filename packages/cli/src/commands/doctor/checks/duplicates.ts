import { listed } from '../../../listed.ts';
import { imageCheck, shareOf } from '../finding.ts';

/** Files with the same bytes. */
export const duplicates = imageCheck('duplicates', ({ images: { used } }) => {
  const byDigest = new Map<string, string[]>();
  for (const { digest, name } of used) byDigest.set(digest, [...(byDigest.get(digest) ?? []), name]);
  const copies = [...byDigest.values()].filter((group) => group.length > 1);
  if (copies.length === 0) return [];
  const spare = copies.reduce((sum, group) => sum + group.length - 1, 0);
  const shown = copies.map((group) => group.join(' = '));
  return [
    {
      level: 'warning',
      text: `${shareOf(spare, used.length)} are copies of others: ${listed(shown)}`,
      advice: 'remove them: a copy counts twice and tells nothing new',
    },
  ];
});
