import { InvalidArgumentError, Option } from 'commander';
import type { Subcommand } from './subcommand.ts';

type Shapes = ReadonlyMap<string, readonly number[]>;

export const inspect: Subcommand = {
  name: 'inspect',
  summary: 'say what is in a model: inputs, ops, parameters, work, and what is quantized how',
  files: [{ name: 'model.mnn', description: 'any model, also a quantized one', ending: '.mnn' }],
  options: () => [
    new Option('--tree', 'list every op with shapes, multiply-adds, parameters and scales'),
    new Option('--json', 'print everything as JSON; "version" says which form it has'),
    new Option(
      '--shape <name=sizes>',
      'shape of an input that the model leaves open, such as x=1,3,224,224; may be given again',
    ).argParser(parseShape),
  ],
  help: `Examples:
  mnnquant inspect face-int8.mnn
  mnnquant inspect --tree face-int8.mnn | less
  mnnquant inspect --shape image=1,3,224,224 --json any-size.mnn >model.json`,
  load: async () => (await import('../inspect/run.ts')).runInspect,
};

/** `name=1,3,224,224`; the last `=` counts, since names may hold one. */
function parseShape(text: string, before: Shapes = new Map()): Shapes {
  const at = text.lastIndexOf('=');
  const sizes = text.slice(at + 1);
  const isScalar = sizes === '';
  if (at < 1 || !(isScalar || /^\d{1,9}([,x]\d{1,9})*$/.test(sizes)))
    throw new InvalidArgumentError('Expected NAME=SIZES such as image=1,3,224,224.');
  const name = text.slice(0, at);
  if (before.has(name)) throw new InvalidArgumentError(`The shape of ${name} is given twice.`);
  return new Map([...before, [name, isScalar ? [] : sizes.split(/[,x]/).map(Number)]]);
}
