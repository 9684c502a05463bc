/** The verbs with their flags. Their code is in verbs/, and is loaded on demand. */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { toolVersion } from '../version.ts';
import { type Shell, shells } from './completion/shells.ts';
import { addVerb, addVerbWithoutConfig, type GlobalFlags, quiet, repeatable, type Verb } from './verb.ts';

const verbose = new Option('-v, --verbose', 'show every detail of each revision');
const argument = repeatable('-x <key=value>', 'passed to TypeScript revisions as op.arguments; may be repeated');
const revisionId = new Option('--rev-id <id>', 'the id of the new revision (the next one)');
const schema = new Option('--schema <file>', 'the desired schema: a .sql file or a database (schema in the config)');
const sql = new Option('--sql', 'print a script for the sqlite3 shell and run nothing; the target may be start:end');
const address = new Option('--address <host:port>', 'the address of the daemon (127.0.0.1:9187)');
const allowNoRevisions = new Option('--allow-no-revisions', 'continue if the folder has no revisions');
const fromBase = new Option('--from-base', 'run even if the database has tables and no recorded revision').preset(
  'allow',
);
const branchLabel = repeatable('--branch-label <label>', 'a label for the branch; may be repeated');

const runs: readonly Verb<Config>[] = [
  {
    usage: 'upgrade [target]',
    description: 'run the pending revisions up to a target (head)',
    flags: [
      argument,
      new Option('--rehearse', 'rehearse first, and continue only if that passes'),
      fromBase,
      sql,
      allowNoRevisions,
    ],
    load: async () => (await import('./verbs/run.ts')).upgrade,
  },
  {
    usage: 'rehearse [target]',
    description: 'run the whole upgrade (head) on a copy, then remove the copy',
    flags: [new Option('--down', 'rehearse a downgrade to the target'), fromBase, argument, allowNoRevisions],
    load: async () => (await import('./verbs/rehearse.ts')).rehearse,
  },
  {
    usage: 'downgrade <target>',
    description: 'go back to a revision, -N or base',
    flags: [argument, sql, new Option('-y, --yes', 'drop data without asking'), allowNoRevisions],
    load: async () => (await import('./verbs/run.ts')).downgrade,
  },
  {
    usage: 'stamp <targets...>',
    description: 'record revisions as applied without running them',
    flags: [
      new Option('--purge', 'delete every row of alembic_version first, including unknown revisions'),
      new Option('--force', 'stamp even if the schema does not match the targets'),
      argument,
      sql,
      allowNoRevisions,
    ],
    load: async () => (await import('./verbs/run.ts')).stamp,
  },
  {
    usage: 'ensure-version',
    description: 'create the table alembic_version if it is missing',
    load: async () => (await import('./verbs/ensure-version.ts')).ensureVersion,
  },
  {
    usage: 'begin-anew',
    description: 'give up the lost content of an emptied database, so that an upgrade can start from base',
    flags: [new Option('-y, --yes', 'give it up without asking')],
    load: async () => (await import('./verbs/begin-anew.ts')).beginAnew,
  },
];

const reads: readonly Verb<Config>[] = [
  {
    usage: 'current',
    description: 'show the revision that the database is at',
    flags: [verbose, new Option('-c, --check-heads', 'exit 3 if a head is not applied')],
    load: async () => (await import('./verbs/current.ts')).current,
  },
  {
    usage: 'history',
    database: 'not needed',
    description: 'list the revisions, newest first',
    flags: [
      new Option('-r, --rev-range <range>', '[start]:[end], such as -3: or base:current'),
      new Option('-i, --indicate-current', "mark the database's revision"),
      verbose,
    ],
    load: async () => (await import('./verbs/history.ts')).history,
  },
  {
    usage: 'show <revision>',
    database: 'not needed',
    description: 'show one revision, current or heads',
    load: async () => (await import('./verbs/show.ts')).show,
  },
  {
    usage: 'heads',
    database: 'not needed',
    description: 'show the revisions that no other one revises',
    flags: [verbose, new Option('--resolve-dependencies', 'leave out those that another one depends on')],
    load: async () => (await import('./verbs/heads.ts')).heads,
  },
  {
    usage: 'branches',
    database: 'not needed',
    description: 'show where the revisions branch',
    flags: [verbose],
    load: async () => (await import('./verbs/branches.ts')).branches,
  },
  {
    usage: 'plan [target]',
    description: 'show what an upgrade (head) would do, and change nothing',
    flags: [new Option('--down', 'show a downgrade to the target instead'), fromBase, argument, allowNoRevisions],
    load: async () => (await import('./verbs/plan.ts')).plan,
  },
  {
    usage: 'lint [revisions...]',
    database: 'not needed',
    description: 'check the revision files for dangerous changes; exit 3 if there are any',
    flags: [argument, allowNoRevisions],
    load: async () => (await import('./verbs/lint.ts')).lint,
  },
  {
    usage: 'check',
    description: 'compare the database, the revisions and the desired schema; exit 3 if they differ',
    flags: [schema, fromBase, argument, allowNoRevisions],
    load: async () => (await import('./verbs/check.ts')).check,
  },
  {
    usage: 'verify',
    description: 'check the database: integrity, foreign keys, revision',
    load: async () => (await import('./verbs/verify.ts')).verify,
  },
  {
    usage: 'stats',
    description: 'show the configured statistics',
    load: async () => (await import('./verbs/stats.ts')).stats,
  },
  {
    usage: 'doctor',
    runsAs: 'owner',
    description: 'check for anything that would make a run fail; exits with the code that run would return',
    flags: [allowNoRevisions],
    load: async () => (await import('./verbs/doctor.ts')).doctor,
  },
  {
    usage: 'report [run]',
    description: 'print the report of a run (latest) as one HTML file',
    flags: [
      new Option('-o, --output <file>', 'write it to a new file'),
      new Option('--markdown', 'as Markdown'),
      new Option('--list', 'list the last runs, newest first'),
    ],
    load: async () => (await import('./verbs/report.ts')).report,
  },
];

const writes: readonly Verb<Config>[] = [
  {
    usage: 'revision',
    database: 'not needed',
    description: 'create a new revision file',
    flags: [
      new Option('-m, --message <text>', 'what it does, in one line').makeOptionMandatory(),
      new Option('--autogenerate', 'generate the changes that lead to the desired schema'),
      schema,
      repeatable('--rename <old=new>', 'treat as a rename: a table, or table.old=new for a column; may be repeated'),
      repeatable('--separate <old=new>', 'treat as a drop plus an add, not a rename; may be repeated'),
      argument,
      new Option('--sql', 'in SQL (the default)'),
      new Option('--ts', 'in TypeScript'),
      revisionId,
      new Option('--head <revision>', 'the parent revision (head); base for none'),
      new Option('--splice', 'allow a parent that already has children, which creates a branch'),
      new Option('--depends-on <revision...>', 'ids or branch labels that must be applied first'),
      branchLabel,
    ],
    load: async () => (await import('./verbs/revision.ts')).revision,
  },
  {
    usage: 'merge <revisions...>',
    database: 'not needed',
    description: 'create a revision that merges several heads',
    flags: [new Option('-m, --message <text>', 'why, in one line'), revisionId, branchLabel],
    load: async () => (await import('./verbs/merge.ts')).merge,
  },
  {
    usage: 'edit <revision>',
    database: 'not needed',
    description: 'open a revision in $VISUAL or $EDITOR',
    load: async () => (await import('./verbs/edit.ts')).edit,
  },
  {
    usage: 'unlock',
    runsAs: 'owner',
    description: 'remove the lock directory of a dead run',
    load: async () => (await import('./verbs/unlock.ts')).unlock,
  },
];

const daemons: readonly Verb<Config>[] = [
  {
    usage: 'daemon',
    runsAs: 'owner',
    description: 'run the maintenance windows of the config, and report status over HTTP',
    flags: [address, allowNoRevisions],
    load: async () => (await import('./verbs/daemon.ts')).daemon,
  },
  {
    usage: 'healthcheck',
    description: 'check that the daemon is up',
    flags: [address],
    load: async () => (await import('./verbs/healthcheck.ts')).healthcheck,
  },
];

const snapshots: readonly Verb<Config>[] = [
  {
    usage: 'create',
    runsAs: 'owner',
    description: 'take a snapshot of the database now',
    load: async () => (await import('./verbs/snapshot.ts')).create,
  },
  {
    usage: 'list',
    description: 'list the snapshots, newest first',
    load: async () => (await import('./verbs/snapshot.ts')).list,
  },
  {
    usage: 'verify <id>',
    description: 'check that a snapshot is sound and unchanged',
    load: async () => (await import('./verbs/snapshot.ts')).verify,
  },
  {
    usage: 'restore <id>',
    runsAs: 'owner',
    description: 'restore a snapshot; the replaced database is kept',
    flags: [new Option('-y, --yes', 'replace data that no snapshot has without asking')],
    load: async () => (await import('./verbs/snapshot.ts')).restore,
  },
  {
    usage: 'prune',
    runsAs: 'owner',
    description: 'remove the snapshots that the retention policy does not keep',
    load: async () => (await import('./verbs/snapshot.ts')).prune,
  },
];

export function buildProgram() {
  const program = quiet(new Command('drydock'))
    .description(
      'Safety-first migrations for SQLite: snapshot, migrate, check, and put everything back if anything is wrong.',
    )
    .version(toolVersion(), '--version')
    .showHelpAfterError(false);
  let exitCode = 0;
  const ended = (code: number) => {
    exitCode = code;
  };

  const init: Verb<GlobalFlags> = {
    usage: 'init [folder]',
    description: 'create a folder for revisions (migrations) and a config',
    load: async () => (await import('./verbs/init.ts')).init,
  };
  addVerbWithoutConfig(program, init, ended);
  const asOwner = (verb: Verb<Config>): Verb<Config> => ({ ...verb, runsAs: 'owner' });
  for (const verb of [...runs.map(asOwner), ...reads, ...writes, ...daemons]) addVerb(program, verb, ended);
  const snapshot = quiet(program.command('snapshot').description('create, list, check, restore and remove snapshots'));
  for (const verb of snapshots) addVerb(snapshot, verb, ended);
  const completion: Verb<GlobalFlags> = {
    usage: 'completion',
    description: 'print a shell completion script',
    arguments: [new Argument('<shell>', 'which shell').choices(shells)],
    load: async () => {
      const verb = await import('./verbs/completion.ts');
      return async (_flags, shell: Shell) => verb.completion(program, shell);
    },
  };
  addVerbWithoutConfig(program, completion, ended);

  return {
    program,
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

function usageError(error: CommanderError): DrydockError {
  const what =
    error.code === 'commander.help'
      ? 'The command is missing or unknown'
      : error.message.replace(/^error: /, '').replace(/\.$/, '');
  return new DrydockError('USAGE', { what, next: 'See `drydock --help`', cause: error });
}
