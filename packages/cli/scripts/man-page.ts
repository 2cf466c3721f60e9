import type { Command } from 'commander';
import { createCommand } from '../src/command/definition.ts';
import { COMPLETION, CONFIGS, EXAMPLES, EXIT_CODES } from '../src/command/examples.ts';

/** The text of man/mnnquant.1 (roff, macros of man(7)), made from what `--help` is made from. */
export function manPage(): string {
  const command = createCommand();
  return [
    '.\\" Made by packages/cli/scripts/man-page.mjs from the command. Do not edit.',
    '.TH MNNQUANT 1',
    section('NAME', ['mnnquant \\- quantize an MNN model to int8 after training']),
    section('SYNOPSIS', synopsis(command)),
    section('DESCRIPTION', [
      text(command.description()),
      '.PP',
      text(
        'The summary goes to standard output, progress and warnings to standard error. Nothing is written unless all went well.',
      ),
    ]),
    section(
      'ARGUMENTS',
      command.registeredArguments.flatMap((a) => item(bold(a.name()), a.description)),
    ),
    section('OPTIONS', options(command)),
    section('COMMANDS', [
      text(
        'The options of a command stand behind its name. A model that is called like one is given as ./NAME.',
      ),
      ...command.commands.flatMap(subcommand),
    ]),
    section(
      'EXAMPLES',
      EXAMPLES.flatMap(({ task, command: line }) => item(text(capital(task)), [verbatim([line])])),
    ),
    section(
      'CONFIG',
      CONFIGS.flatMap(({ task, lines }) => item(text(capital(task)), [verbatim(lines)])),
    ),
    section(
      'COMPLETION',
      COMPLETION.flatMap(({ shell, task, command: line }) =>
        item(`${shell}, ${text(task)}`, [verbatim([line])]),
      ),
    ),
    section('EXIT STATUS', [text(EXIT_CODES.replace(/^Exit codes: /, ''))]),
    section(
      'ENVIRONMENT',
      item(bold('NO_COLOR'), 'the questions of init have no colours; nothing else has any.'),
    ),
    '',
  ].join('\n');
}

function section(title: string, lines: readonly string[]): string {
  return [`.SH ${title}`, ...lines].join('\n');
}

function synopsis(command: Command): string[] {
  return [command, ...command.commands].flatMap((one, i) => [
    ...(i > 0 ? ['.br'] : []),
    `${bold(fullName(one))} [\\fIoptions\\fR] ${names(one)}`,
  ]);
}

/** A command as it is typed. */
function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

function names(command: Command): string {
  return command.registeredArguments
    .map((argument) => `\\fI${text(argument.name())}\\fR`)
    .map((name, i) => (command.registeredArguments[i].required ? name : `[${name}]`))
    .join(' ');
}

function subcommand(command: Command): string[] {
  const named = command.registeredArguments.flatMap((a) => {
    const choices = a.argChoices ? `: ${a.argChoices.join(', ')}` : '';
    return item(bold(a.name()), `${capital(a.description)}${choices}.`);
  });
  return [
    `.SS "${text(fullName(command))}"`,
    `${text(capital(command.description()))}.`,
    ...named,
    ...options(command),
  ];
}

function options(command: Command): string[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ flags, description, argChoices, defaultValueDescription }) => {
      const more = [
        argChoices && `One of ${argChoices.join(', ')}.`,
        defaultValueDescription && `Default: ${defaultValueDescription}.`,
      ].filter((sentence) => sentence !== undefined);
      return item(bold(flags), [`${capital(description)}.`, ...more].join(' '));
    });
}

/** A term, and what it means below it. */
function item(term: string, meaning: string | readonly string[]): string[] {
  return ['.TP', term, ...(typeof meaning === 'string' ? [text(meaning)] : meaning)];
}

function verbatim(lines: readonly string[]): string {
  return ['.nf', ...lines.map(text), '.fi'].join('\n');
}

function bold(words: string): string {
  return `\\fB${text(words)}\\fR`;
}

/** Names of files stay as they are. */
function capital(sentence: string): string {
  return /^[a-z]+\./.test(sentence) ? sentence : sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/** A line of roff that shows `line` as it is: hyphens that can be copied, no line taken for a request. */
function text(line: string): string {
  return line.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');
}
