import type { Completed, ShellCommand, ShellValue } from './completion.ts';
import { valuedNames } from './shell-names.ts';

/** Works from bash 3.2, which macOS has, and without the package bash-completion. */
export function bashScript({ name, commands }: Completed): string {
  const valued = commands.flatMap((part) => valuedNames(part).map((option) => `${part.name}:${option}`));
  const [, ...parts] = commands;
  return `# Completion of ${name} for bash.
_${name}() {
  local words=() word cur trim command= position=0 value= only= i
  # bash takes --backend=gpu:webgpu apart at = and :, here it is one word again.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if ((\${#words[@]} > 0)) && [[ $word == [:=]* || \${COMP_WORDS[i - 1]} == *[:=] ]]; then
      words[\${#words[@]} - 1]+=$word
    else
      words+=("$word")
    fi
  done
  ((\${#words[@]} > 0)) || return 0
  cur=\${words[\${#words[@]} - 1]}
  for ((i = 0; i < \${#words[@]} - 1; i++)); do
    word=\${words[i]}
    if [[ -n $value ]]; then value=
    elif [[ -z $only && $word == -- ]]; then only=1
    elif [[ -z $only && $word == -?* ]]; then
      case $command:$word in
        ${valued.join('|')}) value=$word ;;
      esac
    elif [[ -z $command && $position == 0 ]]; then
      # Options of a command stand behind its name.
      case $word in
        ${parts.map((part) => part.name).join('|')}) command=$word ;;
        *) position=1 ;;
      esac
    else ((position++))
    fi
  done
  trim=
  if [[ -z $only && -z $value && $cur == --*=* ]]; then
    value=\${cur%%=*}
    trim=$value=
    cur=\${cur#*=}
  fi
  COMPREPLY=()
  if [[ -n $value ]]; then
    case $command:$value in
${commands.flatMap((part) => bashValues(name, part)).join('')}      *) ;;
    esac
    _${name}_trim "$trim$cur"
    return 0
  fi
  if [[ -z $only && $cur == -* ]]; then
    case $command in
${commands.map(bashOptions).join('')}    esac
    return 0
  fi
  case $command:$position in
${commands.flatMap((part) => bashOperands(name, part)).join('')}    *) ;;
  esac
  if [[ -z $command && $position == 0 && -n $cur ]]; then
    # Only where it has been begun: a single model in the folder is completed at once.
    COMPREPLY+=($(compgen -W '${parts.map((part) => part.name).join(' ')}' -- "$cur"))
  fi
  _${name}_trim "$cur"
}

# Files whose name begins with $1 and ends with $2, and folders.
_${name}_files() {
  local file start=$1
  # What is quoted on the command line is not in the file's name.
  start=\${start#[\\"\\']}
  start=\${start//\\\\/}
  while IFS= read -r file; do
    [[ -d \${file/#\\~/$HOME} || $file == *"$2" ]] && COMPREPLY+=("$file")
  done < <(compgen -f -- "$start")
  return 0
}

# bash replaces only what stands behind the last = or : of the word $1.
_${name}_trim() {
  local before=\${1%"\${1##*[:=]}"} i
  before=\${before#--*=}
  [[ -n $before ]] || return 0
  for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do COMPREPLY[i]=\${COMPREPLY[i]#"$before"}; done
}

complete -o filenames -F _${name} ${name}
`;
}

function bashValues(program: string, { name, options }: ShellCommand): string[] {
  return options.flatMap(({ names, value }) => {
    const found = value && bashFound(program, value);
    if (found === undefined) return [];
    return [`      ${names.map((option) => `${name}:${option}`).join('|')}) ${found} ;;\n`];
  });
}

function bashOptions({ name, options }: ShellCommand): string {
  const names = options.flatMap((option) => option.names).join(' ');
  return `      '${name}') COMPREPLY=($(compgen -W '${names}' -- "$cur")) ;;\n`;
}

function bashOperands(program: string, { name, operands }: ShellCommand): string[] {
  return operands.map((operand, position) => `    ${name}:${position}) ${bashFound(program, operand)} ;;\n`);
}

/** What offers a value; none where nothing is known about it. */
function bashFound(program: string, { choices, ending }: ShellValue): string | undefined {
  if (choices.length > 0) return `COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur"))`;
  return ending === undefined ? undefined : `_${program}_files "$cur" '${ending}'`;
}
