import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Shell } from '../src/command/examples.ts';
import { scratchFolder } from './scratch.ts';

/** Whether this machine has a shell that can be asked; those on Windows know other names of files. */
export function hasShell(shell: Shell): boolean {
  return process.platform !== 'win32' && spawnSync(shell, ['-c', 'exit 0']).status === 0;
}

/**
 * What a shell offers for the last word of `line`, sorted; of a folder the name, of `--option=value` the value.
 *
 * @param script what the command printed for the shell
 * @param line without quotes; its last word is empty where it ends with a blank
 * @param cwd the working directory
 */
export function offered(shell: Shell, script: string, line: string, cwd: string): string[] {
  const file = join(scratchFolder(), 'script');
  writeFileSync(file, script);
  return [...new Set(ASK[shell](file, line, cwd))].filter((word) => word !== '').sort();
}

const ASK: Readonly<Record<Shell, (script: string, line: string, cwd: string) => string[]>> = {
  bash: askBash,
  zsh: askZsh,
  fish: askFish,
};

function output(shell: Shell, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(shell, args, { encoding: 'utf8', cwd, timeout: 30_000 });
  if (stderr !== '' || status === null) throw new Error(`${shell} (${status}): ${stderr}`);
  return stdout;
}

/** With the words as bash takes the line apart, and the function it calls for the command. */
function askBash(script: string, line: string, cwd: string): string[] {
  const words = [...line.matchAll(/[=:]+|(?:\\.|[^\s=:])+/g)].map(([word]) => word);
  if (line.endsWith(' ')) words.push('');
  const ask = `
    source "$1"; shift
    registered=$(complete -p mnnquant); registered=\${registered#*-F }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    \${registered%% *}
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = output('bash', ['--norc', '--noprofile', '-c', ask, 'bash', script, ...words], cwd);
  const last = line.slice(line.lastIndexOf(' ') + 1).replace(/^--[^=]*=/, '');
  // bash itself keeps what stands before the last colon.
  const kept = last.slice(0, last.lastIndexOf(':') + 1);
  return text.split('\n').map((word) => (word === '' ? '' : kept + word));
}

function askFish(script: string, line: string, cwd: string): string[] {
  const text = output(
    'fish',
    ['--no-config', '-c', 'source $argv[1]; complete -C $argv[2]', script, line],
    cwd,
  );
  return text.split('\n').map((row) =>
    row
      .replace(/\t.*/, '')
      .replace(/^--[^=]*=/, '')
      .replace(/\/$/, ''),
  );
}

/** Types the line and a tab into an interactive zsh, in which `compadd` notes what it is given. */
const TYPE = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PROMPT=; RPROMPT=; stty -echo; autoload -Uz compinit; compinit -u -D; LISTMAX=10000'
zpty -w z "source $1/script"
zpty -w z 'compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -O found "$@"; print -rl -- $found >>'$1'/found; builtin compadd "$@"
}'
zpty -w z 'ready() { : >'$1'/ready }; zle -N ready; bindkey "^X" ready; bindkey "^I" complete-word'
zpty -w z ": >$1/start"
for i in {1..500}; do [[ -e $1/start ]] && break; sleep 0.02; done
zpty -w -n z "$2"$'\\t\\x18'
for i in {1..500}; do [[ -e $1/ready ]] && break; sleep 0.02; done
zpty -d z
`;

function askZsh(script: string, line: string, cwd: string): string[] {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'script'), readFileSync(script));
  const type = join(folder, 'type');
  writeFileSync(type, TYPE);
  output('zsh', ['-f', type, folder, line], cwd);
  if (!existsSync(join(folder, 'ready'))) throw new Error('zsh did not answer');
  const found = join(folder, 'found');
  return existsSync(found) ? readFileSync(found, 'utf8').replaceAll('\\', '').split('\n') : [];
}
