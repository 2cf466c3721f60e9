import type { Check } from '../finding.ts';

/** Whether the result could be written. */
export const target: Check = {
  name: 'target',
  find: ({ target: given }) =>
    given?.problem === undefined ? [] : [{ level: 'problem', text: given.problem }],
};
