import { SHELLS } from '../command/examples.ts';
import type { Subcommand } from './subcommand.ts';

export const completion: Subcommand = {
  name: 'completion',
  summary: 'print a script that makes a shell complete this command by TAB',
  files: [{ name: 'SHELL', description: 'the shell that reads it', choices: SHELLS }],
  options: () => [],
  load: async () => (await import('../command/print-completion.ts')).printCompletion,
};
