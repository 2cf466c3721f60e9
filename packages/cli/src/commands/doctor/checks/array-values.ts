import type { Check } from '../finding.ts';

/** Arrays that hold NaN or infinity. */
export const arrayValues: Check = {
  name: 'array-values',
  find: ({ arrays }) =>
    (arrays?.warnings ?? []).map((text) => ({
      level: 'warning',
      text,
      advice: 'one such value reaches every layer; write the arrays again without it',
    })),
};
