import type { Completed, ShellOption } from './completion.ts';
import { SHELLS } from './examples.ts';

/** To be evaluated after compinit, or put as `_mnnquant` into a folder of `fpath`. */
export function zshScript({ name, options, files }: Completed): string {
  const specs = [
    ...options.map(zshOption),
    ...files.map(({ name: file, ending }, position) => {
      // The space keeps zsh from putting options of its own before the numbers.
      const action = position < 2 ? ` _${name}_file ${position} ${ending ?? ''}` : filesWith(ending);
      return quoted(`${position + 1}:${file}:${action.trimEnd()}`);
    }),
  ];
  return `#compdef ${name}
# Completion of ${name} for zsh.
_${name}() {
  _arguments -S : \\
    ${specs.join(' \\\n    ')}
}

# The first ($1 is 0) or second argument: a file with the ending $2, or \`completion SHELL\`.
_${name}_file() {
  local found=1
  if [[ -n $2 ]]; then _files -g "*$2(-.)" && found=0; else _files && found=0; fi
  if [[ $1 == 0 && -n $PREFIX ]]; then compadd completion && found=0; fi
  if [[ $1 == 1 && $words[2] == completion ]]; then compadd ${SHELLS.join(' ')} && found=0; fi
  return found
}

if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function filesWith(ending?: string): string {
  return ending === undefined ? '_files' : `_files -g "*${ending}(-.)"`;
}

function zshOption({ names, description, value, choices }: ShellOption): string {
  const text = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`;
  const action = choices.length > 0 ? `(${choices.map((c) => c.replaceAll(':', '\\:')).join(' ')})` : ' ';
  const rest = `${text}${value === undefined ? '' : `:${value}:${action}`}`;
  if (names.length === 1) return quoted(`${longForm(names[0], value)}${rest}`);
  const excluded = quoted(`(${names.join(' ')})`);
  return `${excluded}{${names.map((flag) => longForm(flag, value)).join(',')}}${quoted(rest)}`;
}

/** A value stands behind a blank or, after two dashes, behind `=`. */
function longForm(flag: string, value?: string): string {
  return value !== undefined && flag.startsWith('--') ? `${flag}=` : flag;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
