import type { Completed, ShellCommand, ShellOption, ShellValue } from './completion.ts';
import { valuedNames } from './shell-names.ts';

/** To be evaluated after compinit, or put as `_mnnquant` into a folder of `fpath`. */
export function zshScript({ name, commands }: Completed): string {
  const [job, ...parts] = commands;
  return `#compdef ${name}
# Completion of ${name} for zsh.
_${name}() {
  local i=2
  # To the first argument: options of a command stand behind its name.
  while (( i < CURRENT )); do
    case $words[i] in
      --) (( i++ )); break ;;
      ${valuedNames(job).join('|')}) (( i += 2 )) ;;
      -?*) (( i++ )) ;;
      *) break ;;
    esac
  done
  if (( i < CURRENT )); then
    case $words[i] in
      ${parts.map((part) => part.name).join('|')})
        words=("\${(@)words[i,-1]}")
        (( CURRENT -= i - 1 ))
        _${name}_$words[1]
        return
        ;;
    esac
  fi
${zshArguments(name, job)}}

${parts.map((part) => `_${name}_${part.name}() {\n${zshArguments(name, part)}}\n`).join('\n')}
# The first argument: a file with the ending $1, or a command that has been begun.
_${name}_first() {
  local found=1
  _files -g "*$1(-.)" && found=0
  if [[ -n $PREFIX ]]; then compadd ${parts.map((part) => part.name).join(' ')} && found=0; fi
  return found
}

if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function zshArguments(program: string, part: ShellCommand): string {
  const operands = part.operands.map((operand, position) => {
    // The space keeps zsh from putting options of its own before the arguments.
    const isFirst = part.name === '' && position === 0;
    const action = isFirst ? ` _${program}_first ${operand.ending}` : found(operand);
    return quoted(`${position + 1}:${operand.name}:${action}`);
  });
  // With nothing left to give, zsh would offer the options again.
  const specs = [...part.options.map(zshOption), ...operands, quoted('*: : ')];
  return `  _arguments -S : \\\n    ${specs.join(' \\\n    ')}\n`;
}

/** What offers a value; a blank where nothing is known about it. */
function found({ choices, ending }: ShellValue): string {
  if (choices.length > 0) return `(${choices.map((choice) => choice.replaceAll(':', '\\:')).join(' ')})`;
  if (ending === '/') return '_files -/';
  if (ending === '') return '_files';
  return ending === undefined ? ' ' : `_files -g "*${ending}(-.)"`;
}

function zshOption({ names, description, value }: ShellOption): string {
  const text = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`;
  const rest = `${text}${value === undefined ? '' : `:${value.name}:${found(value)}`}`;
  if (names.length === 1) return quoted(`${longForm(names[0], value)}${rest}`);
  const excluded = quoted(`(${names.join(' ')})`);
  return `${excluded}{${names.map((flag) => longForm(flag, value)).join(',')}}${quoted(rest)}`;
}

/** A value stands behind a blank or, after two dashes, behind `=`. */
function longForm(flag: string, value?: ShellValue): string {
  return value !== undefined && flag.startsWith('--') ? `${flag}=` : flag;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
