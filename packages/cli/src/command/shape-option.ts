import { InvalidArgumentError, Option } from 'commander';

type Shapes = ReadonlyMap<string, readonly number[]>;

/** `--shape NAME=SIZES`, which may be given for several inputs. */
export const shapeOption = (): Option =>
  new Option(
    '--shape <name=sizes>',
    'shape of an input that the model leaves open, such as x=1,3,224,224; may be given again',
  ).argParser(parseShape);

/** The last `=` counts, since names may hold one. */
function parseShape(text: string, before: Shapes = new Map()): Shapes {
  const at = text.lastIndexOf('=');
  const sizes = text.slice(at + 1);
  if (at < 1 || !(sizes === '' || /^\d{1,9}([,x]\d{1,9})*$/.test(sizes)))
    throw new InvalidArgumentError('Expected NAME=SIZES such as image=1,3,224,224.');
  const name = text.slice(0, at);
  if (before.has(name)) throw new InvalidArgumentError(`The shape of ${name} is given twice.`);
  return new Map([...before, [name, sizes === '' ? [] : sizes.split(/[,x]/).map(Number)]]);
}
