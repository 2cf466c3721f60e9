import { isSearched, missingSettings, SEARCH_COMMAND } from '../../../config/recommended.ts';
import type { Check, Found } from '../finding.ts';

/** Whether the config has what loses least on the networks that were measured. */
export const settings: Check = {
  name: 'settings',
  find({ config: { config }, model: { work } }): Found[] {
    if (config === undefined || isSearched(config) || work === undefined || work.int8 === 0) return [];
    const missing = missingSettings(config);
    if (missing === '') return [];
    return [
      {
        level: 'note',
        text: `without ${missing}, which is ahead or near the best on every network that was measured (docs/accuracy.md)`,
        advice: `add it, or have settings tried: ${SEARCH_COMMAND} SRC.mnn DST.mnn CONFIG`,
      },
    ];
  },
};
