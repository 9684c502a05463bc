/** Commands in messages carry the flags that this command was given, so that they can be pasted as they are. */
import type { Command, Option } from 'commander';
import { DrydockError } from '../errors.ts';
import { shellWord } from '../files/shell-word.ts';
import type { Output } from './print.ts';

/** Flags without which another command would speak of something else, or be refused. */
const carried = [
  '--config',
  '--database',
  '--migrations',
  '--schema',
  '--as-root',
  '--from-base',
  '--allow-no-revisions',
  '-x',
];

/** A command in a message: the environment that it sets, and its words. */
const commands = /`((?:[A-Z]+=\S+ )?drydock) ([^`]+)`/g;

/** @returns The text with the flags of `given` in each command that takes them and does not have them. */
export function asGiven(given: Command, text: string): string {
  return text.replace(commands, (whole, program: string, words: string) => {
    const command = commandOf(rootOf(given), words.split(' '));
    if (command === undefined) return whole;
    const flags = carried.flatMap((flag) => (takes(command, flag, words.split(' ')) ? said(given, flag) : []));
    return `\`${[program, words, ...flags].join(' ')}\``;
  });
}

/** @param database Stands in the place of `<database>`, once it is known. */
export function errorAsGiven(given: Command, error: unknown, database: string | undefined): unknown {
  if (!(error instanceof DrydockError) || error.next === undefined) return error;
  const named = database === undefined ? error.next : error.next.replaceAll('<database>', shellWord(database));
  const next = asGiven(given, named);
  return next === error.next ? error : error.with({ next, cause: error });
}

/** In the text, and in every `next` of the data; a script is left as it is. */
export function outputAsGiven(given: Command, output: Output): Output {
  const data = JSON.stringify(output.data, (key, value: unknown) =>
    key === 'next' && typeof value === 'string' ? asGiven(given, value) : value,
  );
  return { ...output, data: JSON.parse(data), text: output.script ? output.text : asGiven(given, output.text) };
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

function commandOf(parent: Command, [word, ...rest]: readonly string[]): Command | undefined {
  const command = parent.commands.find((one) => one.name() === word);
  return command === undefined || command.commands.length === 0 ? command : commandOf(command, rest);
}

/** `revision` reads the desired schema only for --autogenerate. */
function takes(command: Command, flag: string, words: readonly string[]): boolean {
  if (optionOf(command, flag) === undefined || words.includes(flag)) return false;
  return command.name() !== 'revision' || !['--schema', '-x'].includes(flag) || words.includes('--autogenerate');
}

function said(given: Command, flag: string): readonly string[] {
  const option = optionOf(given, flag);
  const name = option?.attributeName() ?? '';
  if (option === undefined || given.getOptionValueSource(name) !== 'cli') return [];
  if (!option.required) return [flag];
  const value: unknown = given.getOptionValue(name);
  return [value].flat().flatMap((one) => [flag, shellWord(String(one))]);
}

function optionOf(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}
