/** The verbs with their flags. Their code is in verbs/, and is loaded on demand. */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { toolVersion } from '../version.ts';
import { type Shell, shells } from './completion/shells.ts';
import { addVerb, addVerbWithoutConfig, type GlobalFlags, quiet, repeatable, type Verb } from './verb.ts';

const verbose = new Option('-v, --verbose', 'say all that is known of each revision');
const argument = repeatable('-x <key=value>', 'reaches TypeScript revisions as op.arguments; may be repeated');
const revisionId = new Option('--rev-id <id>', 'the id, instead of the next one');
const schema = new Option('--schema <file>', 'the desired schema: a .sql text or a database (schema in the config)');
const sql = new Option(
  '--sql',
  'print it as a script for the sqlite3 shell and run nothing; the target may be start:end',
);
const address = new Option('--address <host:port>', 'where the daemon answers (127.0.0.1:9187)');
const allowNoRevisions = new Option('--allow-no-revisions', 'go on if the folder of the revisions has none');
const fromBase = new Option(
  '--from-base',
  'also on a database with tables that does not say at which revision it is',
).preset('allow');
const branchLabel = repeatable('--branch-label <label>', 'give the branch this name; may be repeated');

const runs: readonly Verb<Config>[] = [
  {
    usage: 'upgrade [target]',
    description: 'run the pending revisions up to a target (head)',
    flags: [
      argument,
      new Option('--rehearse', 'rehearse it first, and go on only if that passed'),
      fromBase,
      sql,
      allowNoRevisions,
    ],
    load: async () => (await import('./verbs/run.ts')).upgrade,
  },
  {
    usage: 'rehearse [target]',
    description: 'do the whole upgrade (head) on a copy, which is removed',
    flags: [new Option('--down', 'do a downgrade to the target there'), fromBase, argument, allowNoRevisions],
    load: async () => (await import('./verbs/rehearse.ts')).rehearse,
  },
  {
    usage: 'downgrade <target>',
    description: 'go back to a revision, -N or base',
    flags: [
      argument,
      sql,
      new Option('-y, --yes', 'lose the data that it drops without being asked'),
      allowNoRevisions,
    ],
    load: async () => (await import('./verbs/run.ts')).downgrade,
  },
  {
    usage: 'stamp <targets...>',
    description: 'write revisions down as applied without running them',
    flags: [
      new Option('--purge', 'forget every row of alembic_version first, also ones that no file knows'),
      new Option('--force', 'also where the database does not have the schema of the targets'),
      argument,
      sql,
      allowNoRevisions,
    ],
    load: async () => (await import('./verbs/run.ts')).stamp,
  },
  {
    usage: 'ensure-version',
    description: 'create the table alembic_version where it is missing',
    load: async () => (await import('./verbs/ensure-version.ts')).ensureVersion,
  },
  {
    usage: 'begin-anew',
    description: 'give up what an emptied database was, so that an upgrade makes it anew',
    flags: [new Option('-y, --yes', 'give it up without being asked')],
    load: async () => (await import('./verbs/begin-anew.ts')).beginAnew,
  },
];

const reads: readonly Verb<Config>[] = [
  {
    usage: 'current',
    description: 'show the revision that the database is at',
    flags: [verbose, new Option('-c, --check-heads', 'exit 3 where a head is not applied')],
    load: async () => (await import('./verbs/current.ts')).current,
  },
  {
    usage: 'history',
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
    description: 'show one revision, current or heads',
    load: async () => (await import('./verbs/show.ts')).show,
  },
  {
    usage: 'heads',
    description: 'show the revisions that no other one revises',
    flags: [verbose, new Option('--resolve-dependencies', 'leave out those that another one depends on')],
    load: async () => (await import('./verbs/heads.ts')).heads,
  },
  {
    usage: 'branches',
    description: 'show where the revisions branch',
    flags: [verbose],
    load: async () => (await import('./verbs/branches.ts')).branches,
  },
  {
    usage: 'plan [target]',
    description: 'show what an upgrade (head) would do, and change nothing',
    flags: [new Option('--down', 'what a downgrade to the target would do'), fromBase, argument, allowNoRevisions],
    load: async () => (await import('./verbs/plan.ts')).plan,
  },
  {
    usage: 'lint [revisions...]',
    description: 'look for what is dangerous in the revision files; exit 3 where there is something',
    flags: [argument, allowNoRevisions],
    load: async () => (await import('./verbs/lint.ts')).lint,
  },
  {
    usage: 'check',
    description: 'compare the database, the revisions and the desired schema; exit 3 where they differ',
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
    description: 'say what would bite a run here; exit as a run would be refused',
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
    description: 'write the file of a new revision',
    flags: [
      new Option('-m, --message <text>', 'what it does, in one line').makeOptionMandatory(),
      new Option('--autogenerate', 'with what brings the revisions to the desired schema'),
      schema,
      repeatable('--rename <old=new>', 'a table, or table.old=new for a column, got a new name; may be repeated'),
      repeatable('--separate <old=new>', 'the one goes and the other comes: they are two things; may be repeated'),
      argument,
      new Option('--sql', 'in SQL (the default)'),
      new Option('--ts', 'in TypeScript'),
      revisionId,
      new Option('--head <revision>', 'the revision before it (head); base for a new beginning'),
      new Option('--splice', 'allow one that others revise already, which makes a branch'),
      new Option('--depends-on <revision...>', 'ids or branch labels that must be applied before'),
      branchLabel,
    ],
    load: async () => (await import('./verbs/revision.ts')).revision,
  },
  {
    usage: 'merge <revisions...>',
    description: 'write a revision that joins several heads',
    flags: [new Option('-m, --message <text>', 'why, in one line'), revisionId, branchLabel],
    load: async () => (await import('./verbs/merge.ts')).merge,
  },
  {
    usage: 'edit <revision>',
    description: 'open a revision in $VISUAL or $EDITOR',
    load: async () => (await import('./verbs/edit.ts')).edit,
  },
  {
    usage: 'unlock',
    runsAs: 'owner',
    description: 'remove the lock directory that a dead run left',
    load: async () => (await import('./verbs/unlock.ts')).unlock,
  },
];

const daemons: readonly Verb<Config>[] = [
  {
    usage: 'daemon',
    runsAs: 'owner',
    description: 'run the maintenance windows of the config, and answer how things stand over HTTP',
    flags: [address, allowNoRevisions],
    load: async () => (await import('./verbs/daemon.ts')).daemon,
  },
  {
    usage: 'healthcheck',
    description: 'ask the daemon whether it lives',
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
    description: 'prove that a snapshot is sound and is what was taken',
    load: async () => (await import('./verbs/snapshot.ts')).verify,
  },
  {
    usage: 'restore <id>',
    runsAs: 'owner',
    description: 'put a snapshot back; what it replaces is kept',
    flags: [new Option('-y, --yes', 'replace what no snapshot has without being asked')],
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
    description: 'make a folder for revisions (migrations) and a config',
    load: async () => (await import('./verbs/init.ts')).init,
  };
  addVerbWithoutConfig(program, init, ended);
  const asOwner = (verb: Verb<Config>): Verb<Config> => ({ ...verb, runsAs: 'owner' });
  for (const verb of [...runs.map(asOwner), ...reads, ...writes, ...daemons]) addVerb(program, verb, ended);
  const snapshot = quiet(program.command('snapshot').description('make, list, check, restore and remove snapshots'));
  for (const verb of snapshots) addVerb(snapshot, verb, ended);
  const completion: Verb<GlobalFlags> = {
    usage: 'completion',
    description: 'print what makes a shell complete the words of drydock',
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
      ? 'A command is missing, or there is none of that name'
      : error.message.replace(/^error: /, '').replace(/\.$/, '');
  return new DrydockError('USAGE', { what, next: 'See drydock --help', cause: error });
}
