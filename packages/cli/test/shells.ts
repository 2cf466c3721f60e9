import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shell } from '../src/command/examples.ts';
import { scratchFolder } from './scratch.ts';

/** Whether this machine has a shell that can be asked; those on Windows know other names of files. */
export function hasShell(shell: Shell): boolean {
  return process.platform !== 'win32' && spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

/**
 * What a shell offers for the last word of each of `lines`, sorted; of a folder the name, of `--option=value` the value. All
 * are asked of one shell, as of the one that a person has open: it takes longer to start than to answer.
 *
 * @param script what the command printed for the shell
 * @param lines without quotes; the last word is empty where a line ends with a blank
 * @param cwd the working directory
 */
export function offered(
  shell: Shell,
  script: string,
  lines: readonly string[],
  cwd: string,
): Map<string, string[]> {
  const file = join(scratchFolder(), 'script');
  writeFileSync(file, script);
  const answers = ASK[shell](file, lines, cwd);
  if (answers.length !== lines.length)
    throw new Error(`${shell} gave ${answers.length} answers to ${lines.length} lines`);
  return new Map(
    lines.map((line, i) => [line, [...new Set(answers[i])].filter((word) => word !== '').sort()]),
  );
}

type Ask = (script: string, lines: readonly string[], cwd: string) => string[][];

const ASK: Readonly<Record<Shell, Ask>> = { bash: askBash, zsh: askZsh, fish: askFish };

/** Milliseconds for all lines, on a busy machine. */
const TIMEOUT = 120_000;

/** After each answer, a line of its own. */
const END = '<end of the answer>';

function output(shell: Shell, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(shell, args, { encoding: 'utf8', cwd, timeout: TIMEOUT });
  if (stderr !== '' || status === null) throw new Error(`${shell} (${status}): ${stderr}`);
  return stdout;
}

function answersIn(text: string): string[][] {
  return text
    .split(`${END}\n`)
    .slice(0, -1)
    .map((answer) => answer.split('\n'));
}

/** With the words as bash takes the line apart, after their number, and the function it calls for the command. */
function askBash(script: string, lines: readonly string[], cwd: string): string[][] {
  const words = lines.flatMap((line) => {
    const found = [...line.matchAll(/[=:]+|(?:\\.|[^\s=:])+/g)].map(([word]) => word);
    if (line.endsWith(' ')) found.push('');
    return [String(found.length), ...found];
  });
  const ask = `
    source "$1"; shift
    registered=$(complete -p mnnquant); registered=\${registered#*-F }
    while (($# > 0)); do
      COMP_WORDS=("\${@:2:$1}") COMP_CWORD=$(($1 - 1)) COMPREPLY=()
      shift $(($1 + 1))
      \${registered%% *}
      printf '%s\\n' "\${COMPREPLY[@]}" '${END}'
    done`;
  const text = output('bash', ['--norc', '--noprofile', '-c', ask, 'bash', script, ...words], cwd);
  return answersIn(text).map((answer, i) => {
    const line = lines[i]!;
    const last = line.slice(line.lastIndexOf(' ') + 1).replace(/^--[^=]*=/, '');
    // bash itself keeps what stands before the last colon.
    const kept = last.slice(0, last.lastIndexOf(':') + 1);
    return answer.map((word) => (word === '' ? '' : kept + word));
  });
}

function askFish(script: string, lines: readonly string[], cwd: string): string[][] {
  const ask = `source $argv[1]; for line in $argv[2..]; complete -C $line; echo '${END}'; end`;
  const text = output('fish', ['--no-config', '-c', ask, script, ...lines], cwd);
  return answersIn(text).map((answer) =>
    answer.map((row) =>
      row
        .replace(/\t.*/, '')
        .replace(/^--[^=]*=/, '')
        .replace(/\/$/, ''),
    ),
  );
}

/**
 * Types each line and a tab into an interactive zsh, in which `compadd` notes what it is given, and a key that tells when that
 * is done: one that begins no sequence of keys, since the shell would wait for the rest of it. What the shell shows is read,
 * since it would stop where nobody does.
 */
const TYPE = `
zmodload zsh/zpty
wait_for() {
  for i in {1..3000}; do
    while zpty -r -t z shown; do :; done
    [[ -e $1 ]] && return
    sleep 0.01
  done
  exit 1
}
folder=$1
shift
zpty z zsh -f -i
zpty -w z 'PROMPT=; RPROMPT=; stty -echo; autoload -Uz compinit; compinit -u -D; LISTMAX=10000'
zpty -w z "source $folder/script"
zpty -w z 'compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -O found "$@"; print -rl -- $found >>'$folder'/found; builtin compadd "$@"
}'
zpty -w z 'ready() { BUFFER=; : >'$folder'/ready }; zle -N ready; bindkey "^O" ready; bindkey "^I" complete-word'
zpty -w z ": >$folder/start"
wait_for $folder/start
for line; do
  : >$folder/found
  rm -f $folder/ready
  zpty -w -n z "$line"$'\\t\\x0f'
  wait_for $folder/ready
  cat $folder/found
  print -r -- '${END}'
done
zpty -d z
`;

function askZsh(script: string, lines: readonly string[], cwd: string): string[][] {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'script'), readFileSync(script));
  const type = join(folder, 'type');
  writeFileSync(type, TYPE);
  return answersIn(output('zsh', ['-f', type, folder, ...lines], cwd).replaceAll('\\', ''));
}
