import { Option } from 'commander';
import { shapeOption } from '../command/shape-option.ts';
import type { Subcommand } from './subcommand.ts';

export const inspect: Subcommand = {
  name: 'inspect',
  summary: 'say what is in a model: inputs, ops, parameters, work, and what is quantized how',
  files: [{ name: 'model.mnn', description: 'any model, also a quantized one', ending: '.mnn' }],
  options: () => [
    new Option('--tree', 'list every op with shapes, multiply-adds, parameters and scales'),
    new Option('--json', 'print everything as JSON; "version" says which form it has'),
    shapeOption(),
  ],
  help: `Examples:
  mnnquant inspect face-int8.mnn
  mnnquant inspect --tree face-int8.mnn | less
  mnnquant inspect --shape image=1,3,224,224 --json any-size.mnn >model.json`,
  load: async () => (await import('../inspect/run.ts')).runInspect,
};
