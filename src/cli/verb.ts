/** Puts a verb on the command line: its flags, the flags that all verbs have, and the printed result. */
import { type Argument, type Command, Option } from 'commander';
import { type Config, configPath, loadConfig } from '../config/config.ts';
import { errorAsGiven, outputAsGiven } from './as-given.ts';
import { currentDirectory } from './current-directory.ts';
import { type Output, printOutput } from './print.ts';

/** Flags that every verb has. */
export interface GlobalFlags {
  readonly config?: string;
  readonly database?: string;
  readonly migrations?: string;
  /** For verbs that compare with a desired schema. */
  readonly schema?: string;
  /** For the daemon and the verbs that query it. */
  readonly address?: string;
  /** For verbs that write beside the database. */
  readonly asRoot?: 'allow';
  /** For verbs that run revisions or depend on them. */
  readonly allowNoRevisions?: true;
  /** For verbs that run or examine everything pending. */
  readonly fromBase?: 'allow';
  readonly lockTimeout?: string;
  readonly busyTimeout?: string;
  readonly deadline?: string;
  readonly json?: true;
  readonly debug?: true;
}

/** A verb takes what commander parsed: each argument in its usage (undefined if left out), then its flags. */
type Action<First> = (first: First, ...parsed: never[]) => Promise<Output>;

export interface Verb<First> {
  /** `show <revision>` */
  readonly usage: string;
  readonly description: string;
  /** Arguments that the usage cannot fully describe. */
  readonly arguments?: readonly Argument[];
  readonly flags?: readonly Option[];
  /** `owner`: it writes beside the database, so root becomes the owner of the folder first. */
  readonly runsAs?: 'owner';
  /** It works on revision files; an address may still make it look at the database. */
  readonly database?: 'not needed';
  /** Loads the code on demand. */
  readonly load: () => Promise<Action<First>>;
}

/** @param ended Called with the exit code. */
export function addVerb(parent: Command, verb: Verb<Config>, ended: (exitCode: number) => void): void {
  declare(parent, verb, async (command, knows) => {
    const said = saidWith(command.opts<GlobalFlags>());
    const config = await loadConfig({ ...said, ...(needsNoDatabase(command, verb) && { database: 'not needed' }) });
    knows(config.database);
    // A printed script is not written to any folder.
    const becomesOwner = verb.runsAs === 'owner' && command.opts<{ sql?: true }>().sql === undefined;
    const gaveUpRoot = becomesOwner
      ? (await import('./give-up-root.ts')).giveUpRoot(config, configPath(said))
      : undefined;
    const action = await verb.load();
    ended(print(command, await action({ ...config, ownProcess: { gaveUpRoot } }, ...parsedOf(command))));
  });
}

/** A script of a range is written from the files alone. */
function needsNoDatabase(command: Command, { database }: Verb<Config>): boolean {
  const isRange = (argument: unknown) => typeof argument === 'string' && argument.includes(':');
  const ofRange = command.opts<{ sql?: true }>().sql === true && command.processedArgs.flat().some(isRange);
  return database === 'not needed' || ofRange;
}

/** The input of {@link loadConfig} for the command. */
export function saidWith(flags: GlobalFlags): Parameters<typeof loadConfig>[0] {
  return { cwd: currentDirectory(), env: process.env, flags };
}

/** For a verb that works before there is a config. */
export function addVerbWithoutConfig(
  parent: Command,
  verb: Verb<GlobalFlags>,
  ended: (exitCode: number) => void,
): void {
  declare(parent, verb, async (command) => {
    const action = await verb.load();
    ended(print(command, await action(command.opts<GlobalFlags>(), ...parsedOf(command))));
  });
}

const asRootFlag = new Option('--as-root', 'stay root in a folder of another user').preset('allow');

/** Keeps commander from printing errors and ending the process: main.ts handles the error. */
export function quiet(command: Command): Command {
  return command.exitOverride().configureOutput({ writeErr: () => undefined });
}

/** A flag that may be given several times, each with one value. */
export function repeatable(flags: string, description: string): Option {
  const collect = (value: string, before: readonly string[] = []) => [...before, value];
  return new Option(flags, description).argParser(collect);
}

/** @param run Tells which database it is about, as soon as it knows. */
function declare(
  parent: Command,
  verb: Verb<never>,
  run: (command: Command, knows: (database: string) => void) => Promise<void>,
): void {
  const command = withGlobalFlags(quiet(parent.command(verb.usage).description(verb.description)));
  for (const argument of verb.arguments ?? []) command.addArgument(argument);
  for (const flag of verb.flags ?? []) command.addOption(flag);
  if (verb.runsAs === 'owner') command.addOption(asRootFlag);
  command.action(async () => {
    let database: string | undefined;
    const knows = (known: string) => {
      database = known;
    };
    try {
      await run(command, knows);
    } catch (error) {
      throw errorAsGiven(command, error, database || undefined);
    }
  });
}

function parsedOf(command: Command): never[] {
  return [...command.processedArgs, command.opts()] as never[];
}

function print(command: Command, output: Output): number {
  printOutput(fullName(command), outputAsGiven(command, output), command.opts<GlobalFlags>().json ? 'json' : 'text');
  return output.exitCode ?? 0;
}

function withGlobalFlags(command: Command): Command {
  return command
    .option('--config <file>', 'config file (config/drydock.yaml)')
    .option('--database <file>', 'the SQLite database')
    .option('--migrations <folder>', 'the folder of the revisions')
    .option('--lock-timeout <duration>', 'how long to wait for another run (5m)')
    .option('--busy-timeout <duration>', 'how long to wait for other writers (60s)')
    .option('--deadline <duration>', 'when to stop the run and roll back (none)')
    .addOption(new Option('--json', 'print one JSON object on stdout'))
    .option('--debug', 'print the stack of an error');
}

function fullName(command: Command): string {
  const { parent } = command;
  return parent?.parent ? `${parent.name()} ${command.name()}` : command.name();
}
