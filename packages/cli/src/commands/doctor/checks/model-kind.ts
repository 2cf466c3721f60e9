import type { Check } from '../finding.ts';

/** A model that is quantized already, cannot be read or holds ops that cannot be evaluated. */
export const modelKind: Check = {
  name: 'model-kind',
  find: ({ model: { problem, warnings } }) => [
    ...(problem === undefined ? [] : [{ level: 'problem' as const, text: problem }]),
    ...warnings.map((text) => ({ level: 'note' as const, text })),
  ],
};
