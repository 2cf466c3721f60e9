import type { Completed, ShellCommand, ShellOption, ShellValue } from './completion.ts';
import { valuedNames } from './shell-names.ts';

export function fishScript({ name, commands }: Completed): string {
  const valued = commands.flatMap((part) => valuedNames(part).map((option) => `${part.name}:${option}`));
  const [, ...parts] = commands;
  return `# Completion of ${name} for fish.

# The command before the cursor, empty for none, and its arguments.
function __${name}_arguments
    set -l command ''
    set -l arguments
    set -l value 0
    set -l only 0
    for word in (commandline -opc)[2..-1]
        if test $value = 1
            set value 0
        else if test $only = 0; and test "$word" = --
            set only 1
        else if test $only = 0; and string match -q -- '-?*' $word
            # Options of a command stand behind its name.
            contains -- "$command:$word" ${valued.join(' ')}; and set value 1
        else if test "$command" = ''; and not set -q arguments[1]; and contains -- "$word" ${parts.map((part) => part.name).join(' ')}
            set command $word
        else
            set -a arguments $word
        end
    end
    echo -- "$command"
    for word in $arguments
        echo -- $word
    end
end

# Whether the command before the cursor is $argv[1].
function __${name}_in
    set -l arguments (__${name}_arguments)
    test "$arguments[1]" = "$argv[1]"
end

# Whether it is $argv[1], and $argv[2] of its arguments stand before the cursor.
function __${name}_at
    set -l arguments (__${name}_arguments)
    test "$arguments[1]" = "$argv[1]"; and test (count $arguments) -eq (math $argv[2] + 1)
end

# Whether the word $argv[1] has been begun: a single model in the folder is completed at once.
function __${name}_begun
    set -l word (commandline -ct)
    test -n "$word"; and string match -q -- "$word*" $argv[1]
end

# Files whose name ends with $argv[1], and folders.
function __${name}_files
    # As fish completes a command that it knows nothing about.
    for line in (complete -C "'' "(commandline -ct | string replace -r -- '^--[^=]*=' ''))
        set -l file (string split -m 1 \\t -- $line)[1]
        if string match -q -- '*/' $file; or string match -q -- "*$argv[1]" $file
            echo -- $line
        end
    end
end

complete -c ${name} -e
complete -c ${name} -f
${commands.flatMap((part) => fishLines(name, part)).join('\n')}
${parts.map((part) => fishCommand(name, part)).join('\n')}
`;
}

function fishLines(program: string, part: ShellCommand): string[] {
  const operands = part.operands.map(
    (operand, position) =>
      `complete -c ${program} -n '__${program}_at "${part.name}" ${position}' -a ${quoted(found(program, operand))}`,
  );
  return [...part.options.map((option) => fishOption(program, part.name, option)), ...operands];
}

function fishCommand(program: string, { name, summary }: ShellCommand): string {
  const condition = `__${program}_at "" 0; and __${program}_begun ${name}`;
  return `complete -c ${program} -n '${condition}' -a ${name} -d ${quoted(summary)}`;
}

function fishOption(program: string, command: string, { names, description, value }: ShellOption): string {
  const flags = names.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const offered = value ? found(program, value) : '';
  const needed = value === undefined ? [] : ['-x', ...(offered ? [`-a ${quoted(offered)}`] : [])];
  const condition = `'__${program}_in "${command}"'`;
  return ['complete', '-c', program, '-n', condition, ...flags, ...needed, '-d', quoted(description)].join(
    ' ',
  );
}

/** What offers a value; empty where nothing is known about it. */
function found(program: string, { choices, ending }: ShellValue): string {
  if (choices.length > 0) return choices.join(' ');
  return ending === undefined ? '' : `(__${program}_files ${quoted(ending)})`;
}

/** fish knows `\'` and `\\` inside of single quotes. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
