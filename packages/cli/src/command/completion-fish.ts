import type { Completed, ShellOption } from './completion.ts';
import { SHELLS } from './examples.ts';

export function fishScript({ name, options, files }: Completed): string {
  const valued = options.filter(({ value }) => value !== undefined).flatMap(({ names }) => names);
  const lines = files.map(({ ending }, position) => {
    const found = `(__${name}_files ${quoted(ending ?? '')})`;
    return `complete -c ${name} -n '__${name}_at ${position}' -a ${quoted(found)}`;
  });
  return `# Completion of ${name} for fish.

# The arguments before the cursor.
function __${name}_arguments
    set -l value 0
    set -l only 0
    for word in (commandline -opc)[2..-1]
        if test $value = 1
            set value 0
        else if test $only = 1
            echo -- $word
        else
            switch $word
                case --
                    set only 1
                case ${valued.join(' ')}
                    set value 1
                case '-?*'
                case '*'
                    echo -- $word
            end
        end
    end
end

# Whether $argv[1] arguments stand before the cursor.
function __${name}_at
    set -l arguments (__${name}_arguments)
    test (count $arguments) -eq $argv[1]
end

# Files whose name ends with $argv[1], and folders.
function __${name}_files
    # As fish completes a command that it knows nothing about.
    for line in (complete -C "'' "(commandline -ct))
        set -l file (string split -m 1 \\t -- $line)[1]
        if string match -q -- '*/' $file; or string match -q -- "*$argv[1]" $file
            echo -- $line
        end
    end
end

complete -c ${name} -e
complete -c ${name} -f
${options.map((option) => fishOption(name, option)).join('\n')}
${lines.join('\n')}
complete -c ${name} -n '__${name}_at 0; and string match -q -- "c*" (commandline -ct)' -a completion -d 'print a completion script'
complete -c ${name} -n '__${name}_at 1; and test (__${name}_arguments) = completion' -a '${SHELLS.join(' ')}'
`;
}

function fishOption(name: string, { names, description, value, choices }: ShellOption): string {
  const flags = names.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const values = choices.length > 0 ? [`-a ${quoted(choices.join(' '))}`] : [];
  const needed = value === undefined ? [] : ['-x', ...values];
  return ['complete', '-c', name, ...flags, ...needed, '-d', quoted(description)].join(' ');
}

/** fish knows `\'` and `\\` inside of single quotes. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
