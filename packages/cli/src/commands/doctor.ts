import { Option } from 'commander';
import type { Subcommand } from './subcommand.ts';

/** `mnnquant doctor`: what does not fit, before anything is computed. */
export const doctor: Subcommand = {
  name: 'doctor',
  summary: 'look at model, config and samples before a run, and say what to change',
  files: [
    { name: 'SRC.mnn', description: 'the float model', ending: '.mnn' },
    { name: 'config.json', description: 'the config to quantize with', ending: '.json' },
    {
      name: 'DST.mnn',
      description: 'where the int8 model is to go: checks that it can be written',
      optional: true,
    },
  ],
  options: () => [new Option('--json', 'print the findings as JSON instead of text')],
  help: `Examples:
  # before the first run
  mnnquant doctor face.mnn config.json
  # in a script: stops where something is wrong
  mnnquant doctor face.mnn config.json face-int8.mnn && mnnquant face.mnn face-int8.mnn config.json

Exit codes: 0 no problem (there may be warnings), 1 failed, 2 wrong usage, 3 a problem was found.`,
  load: async () => (await import('./doctor/run.ts')).run,
};
