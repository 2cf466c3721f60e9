import { confirm, isCancel, log, select, text } from '@clack/prompts';
import { type Ask, type Choice, StoppedError } from './ask.ts';

/** Questions on the terminal, on standard error: standard output has what the command prints. */
export function askOnTerminal(): Ask {
  const output = process.stderr;
  return {
    text: async (message, start, problem) =>
      answered<string>(
        await text({
          message,
          placeholder: start,
          defaultValue: start,
          validate: (answer) => problem(answer || start),
          output,
        }),
      ),
    choice: async <T extends string>(message: string, choices: readonly Choice<T>[]) => {
      const options = choices.map(({ value, hint }) => ({ value: value as string, label: value, hint }));
      // The values that were given are those that can be chosen.
      return answered<string>(await select<string>({ message, options, output })) as T;
    },
    confirm: async (message) => answered<boolean>(await confirm({ message, initialValue: false, output })),
    note: (message) => log.info(message, { output }),
  };
}

function answered<T>(answer: T | symbol): T {
  if (isCancel(answer)) throw new StoppedError('stopped; nothing was written');
  return answer as T;
}
