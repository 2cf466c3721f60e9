import type { Check } from '../finding.ts';

/** Size, channels, shapes, constants and names to skip that do not fit the model. */
export const inputFit: Check = {
  name: 'input-fit',
  find: ({ model: { misfits } }) => misfits.map((text) => ({ level: 'problem', text })),
};
