/** The verbs with their flags. What a verb does stands in verbs/, and is loaded only when it is asked for. */
import { Command, CommanderError, Option } from 'commander';
import { type Config, loadConfig } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { toolVersion } from '../version.ts';
import { type Output, printOutput } from './print.ts';

/** Flags that every verb has. */
interface GlobalFlags {
  readonly config?: string;
  readonly database?: string;
  readonly migrations?: string;
  readonly lockTimeout?: string;
  readonly busyTimeout?: string;
  readonly deadline?: string;
  readonly json?: true;
  readonly debug?: true;
}

type Verb = (config: Config, ...args: string[]) => Promise<Output>;

export function buildProgram() {
  const program = new Command('drydock')
    .description(
      'Safety-first migrations for SQLite: snapshot, migrate, check, and put everything back if anything is wrong.',
    )
    .version(toolVersion(), '--version')
    .showHelpAfterError(false)
    .exitOverride()
    .configureOutput({ outputError: () => undefined });
  let exitCode = 0;

  const add = (parent: Command, usage: string, description: string, load: () => Promise<Verb>) => {
    const command = withGlobalFlags(parent.command(usage).description(description).exitOverride());
    command.configureOutput({ outputError: () => undefined });
    command.action(async () => {
      const flags = command.opts<GlobalFlags>();
      const config = await loadConfig({ cwd: process.cwd(), env: process.env, flags });
      const verb = await load();
      const output = await verb(config, ...command.processedArgs.filter((arg) => arg !== undefined));
      printOutput(fullName(command), output, flags.json ? 'json' : 'text');
      exitCode = output.exitCode ?? 0;
    });
  };

  add(
    program,
    'upgrade [target]',
    'run the pending revisions up to a target (head)',
    async () => (await import('./verbs/run.ts')).upgrade,
  );
  add(
    program,
    'downgrade <target>',
    'go back to a revision, -N or base',
    async () => (await import('./verbs/run.ts')).downgrade,
  );
  add(
    program,
    'stamp <target>',
    'write a revision down as applied without running it',
    async () => (await import('./verbs/run.ts')).stamp,
  );
  add(
    program,
    'current',
    'show the revision that the database is at',
    async () => (await import('./verbs/current.ts')).current,
  );
  add(program, 'history', 'list the revisions, newest first', async () => (await import('./verbs/history.ts')).history);
  add(program, 'show <revision>', 'show one revision', async () => (await import('./verbs/show.ts')).show);
  add(
    program,
    'verify',
    'check the database: integrity, foreign keys, revision',
    async () => (await import('./verbs/verify.ts')).verify,
  );
  add(program, 'stats', 'show the configured statistics', async () => (await import('./verbs/stats.ts')).stats);
  add(
    program,
    'unlock',
    'remove the lock directory that a dead run left',
    async () => (await import('./verbs/unlock.ts')).unlock,
  );
  const snapshot = program
    .command('snapshot')
    .description('make, list, check, restore and remove snapshots')
    .exitOverride();
  snapshot.configureOutput({ outputError: () => undefined });
  const snapshots = () => import('./verbs/snapshot.ts');
  add(snapshot, 'create', 'take a snapshot of the database now', async () => (await snapshots()).create);
  add(snapshot, 'list', 'list the snapshots, newest first', async () => (await snapshots()).list);
  add(
    snapshot,
    'verify <id>',
    'prove that a snapshot is sound and is what was taken',
    async () => (await snapshots()).verify,
  );
  add(
    snapshot,
    'restore <id>',
    'put a snapshot back; what it replaces is kept',
    async () => (await snapshots()).restore,
  );
  add(
    snapshot,
    'prune',
    'remove the snapshots that the retention policy does not keep',
    async () => (await snapshots()).prune,
  );

  return {
    /** @returns The exit code. @throws {DrydockError} */
    async run(argv: readonly string[]): Promise<number> {
      try {
        await program.parseAsync(argv);
        return exitCode;
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        if (error.exitCode === 0) return 0;
        throw usageError(error);
      }
    },
  };
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

function usageError(error: CommanderError): DrydockError {
  const what =
    error.code === 'commander.help' ? 'A command is missing' : error.message.replace(/^error: /, '').replace(/\.$/, '');
  return new DrydockError('USAGE', { what, next: 'See drydock --help', cause: error });
}
