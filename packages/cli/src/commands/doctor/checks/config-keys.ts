import type { Check } from '../finding.ts';

/** What a run would refuse the config for, or say of it. */
export const configKeys: Check = {
  name: 'config-keys',
  find: ({ config: { file, problems, warnings } }) => [
    ...problems.map((text) => ({ level: 'problem' as const, text: `${file}: ${text}` })),
    ...warnings.map((line) => ({
      level: 'warning' as const,
      text: `${file}: ${line.replace(/^config: /, '')}`,
    })),
  ],
};
