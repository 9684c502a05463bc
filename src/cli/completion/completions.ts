/** What can be typed on the command line, read from the commands that parse it and print the help. */
import type { Argument, Command, Option } from 'commander';

export interface Word {
  readonly word: string;
  readonly description: string;
}

export interface Flag {
  /** `-v` and `--verbose`, or the one that exists. */
  readonly words: readonly string[];
  readonly description: string;
  /** The kind of its value; undefined if it takes none. */
  readonly value: 'file' | 'folder' | 'other' | undefined;
}

/** One command with what can follow it. */
export interface Completion {
  /** The words that lead to it, without the program's name: empty for the program itself. */
  readonly path: readonly string[];
  /** Commands and the choices of arguments. */
  readonly words: readonly Word[];
  readonly flags: readonly Flag[];
}

/** The program's completions, and those of every command below it. */
export function completionsOf(command: Command, path: readonly string[] = []): Completion[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const own: Completion = {
    path,
    words: [
      ...commands.map((below) => ({ word: below.name(), description: below.description() })),
      ...command.registeredArguments.flatMap(choicesOf),
    ],
    flags: help.visibleOptions(command).map(flagOf),
  };
  // Commander's `help` has no commands of its own, and is created for this list only.
  const below = command.commands.flatMap((each) => completionsOf(each, [...path, each.name()]));
  return [own, ...below];
}

function choicesOf({ argChoices = [], description }: Argument): Word[] {
  return argChoices.map((word) => ({ word, description }));
}

function flagOf({ short, long, description, flags, required, optional }: Option): Flag {
  const words = [short, long].filter((word) => word !== undefined);
  return { words, description, value: required || optional ? valueIn(flags) : undefined };
}

function valueIn(flags: string): Flag['value'] {
  if (flags.includes('<file>')) return 'file';
  return flags.includes('<folder>') ? 'folder' : 'other';
}
