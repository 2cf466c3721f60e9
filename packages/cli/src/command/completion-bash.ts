import type { Completed, ShellOption } from './completion.ts';
import { SHELLS } from './examples.ts';

/** Works from bash 3.2, which macOS has, and without the package bash-completion. */
export function bashScript({ name, options, files }: Completed): string {
  const valued = options.filter(({ value }) => value !== undefined);
  return `# Completion of ${name} for bash.
_${name}() {
  local words=() word cur trim position=0 value= only= i
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
    elif [[ -n $only ]]; then ((position++))
    else
      case $word in
        --) only=1 ;;
        ${valued.flatMap(({ names }) => names).join('|')}) value=$word ;;
        -?*) ;;
        *) ((position++)) ;;
      esac
    fi
  done
  trim=
  if [[ -z $only && -z $value && $cur == --*=* ]]; then
    value=\${cur%%=*}
    trim=$value=
    cur=\${cur#*=}
  fi
  COMPREPLY=()
  case $value in
    '') ;;
${valued.map(bashValue).join('')}  esac
  if [[ -n $value ]]; then
    _${name}_trim "$trim$cur"
    return 0
  fi
  if [[ -z $only && $cur == -* ]]; then
    COMPREPLY=($(compgen -W '${options.flatMap(({ names }) => names).join(' ')}' -- "$cur"))
    return 0
  fi
  case $position in
${files.map(({ ending }, position) => bashFile(name, position, ending)).join('')}  esac
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

function bashValue({ names, choices }: ShellOption): string {
  if (choices.length === 0) return '';
  return `    ${names.join('|')}) COMPREPLY=($(compgen -W '${choices.join(' ')}' -- "$cur")) ;;\n`;
}

function bashFile(name: string, position: number, ending = ''): string {
  const files = `_${name}_files "$cur" '${ending}'`;
  if (position === 0)
    // Only where it has been begun: a single model in the folder is completed at once.
    return `    0)
      ${files}
      [[ -n $cur && completion == "$cur"* ]] && COMPREPLY+=(completion)
      ;;\n`;
  if (position === 1)
    return `    1)
      ${files}
      [[ \${words[0]} == completion ]] && COMPREPLY+=($(compgen -W '${SHELLS.join(' ')}' -- "$cur"))
      ;;\n`;
  return `    ${position}) ${files} ;;\n`;
}
