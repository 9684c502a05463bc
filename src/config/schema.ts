// zod/mini and a namespace import: bundled, this loads in no measurable time, while plain zod takes about 12 ms.
import * as z from 'zod/mini';
import { lintRules } from './lint-rules.ts';
import { addressPattern } from './listen-address.ts';
import { isWhat, problemText, suggest } from './problem-text.ts';
import { maxTimerMs, sizeBytes, sizePattern, sizeProblem } from './quantities.ts';
import { about, duration, expected, filePath, group, type Issue, listOfNamed, requiredText } from './schema-parts.ts';
import { statisticRulePattern } from './statistic.ts';
import { taskNames } from './task-names.ts';

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const badSize = { error: (issue: Issue) => sizeProblem(issue.input), abort: true };
const badTimeZone = expected('a time zone', 'a name such as UTC or Europe/Berlin');
const badRule = expected('a rule', 'same, not-less or within N %, such as within 1 %');
const keepRange = expected('a whole number from 1', 'how many snapshots to keep, such as 10');

const badMissed = {
  error: ({ input }: Issue) => problemText(`${isWhat(input)}, not what to do`, 'Write skip or run-late'),
};
const badAsRoot = {
  error: ({ input }: Issue) => problemText(`${isWhat(input)}, not what root can do`, 'Write drop or allow'),
};
const badAddress = expected('an address', 'a host and a port, such as 127.0.0.1:9187 or [::1]:9187');
const badTask = {
  error: ({ input }: Issue) =>
    typeof input === 'string'
      ? problemText(`${isWhat(input)}, not a task`, suggest(input, taskNames))
      : problemText(`${isWhat(input)}, not a task`, `Valid tasks: ${taskNames.join(', ')}`),
};

const badFromBase = {
  error: ({ input }: Issue) => problemText(`${isWhat(input)}, not what to do`, 'Write refuse or allow'),
};
const badIntegrity = {
  error: ({ input }: Issue) => problemText(`${isWhat(input)}, not what to check`, 'Write written or full'),
};
const badTables = expected('a list', 'names of tables such as [spatial_ref_sys, gpkg_*]');

const badExtensions = expected('a list', 'paths such as [../sqlite/functions.ts, ../sqlite/vec0.so]');

/** The settings that flags and environment can give as well, each as text. */
export const overridable = {
  database: filePath('../data/app.db').check(about('The SQLite file, relative to the folder of this file.')),
  migrations: filePath('../migrations').check(
    about('The folder of revisions, relative to the folder of this file. Default: ../migrations.'),
  ),
  schema: filePath('../schema.sql').check(
    about('The desired schema: a .sql file or a database, relative to the folder of this file. Default: none.'),
  ),
  snapshots_directory: filePath('/backup/app').check(
    about(
      'The folder of the snapshots of this one database, relative to the folder of this file. Default: <database>.snapshots.',
    ),
  ),
  as_root: z
    .enum(['drop', 'allow'], badAsRoot)
    .check(
      about('What root does in a folder of another user: drop becomes that user, allow stays root. Default: drop.'),
    ),
  lock_timeout: duration({ minMs: 0, maxMs: maxTimerMs }).check(
    about('How long to wait for another run. 0s: do not wait. Default: 5m.'),
  ),
  busy_timeout: duration({ minMs: 0, maxMs: maxTimerMs }).check(
    about('How long to wait for SQLite while another program writes. 0s: do not wait. Default: 60s.'),
  ),
  deadline: duration({ minMs: 1, maxMs: maxTimerMs }).check(
    about('How long a whole run may take before it is stopped and undone. Default: none.'),
  ),
  from_base: z
    .enum(['refuse', 'allow'], badFromBase)
    .check(
      about(
        'What to do with a database that has tables but no recorded revision: refuse, or allow running all revisions on top of them. Default: refuse.',
      ),
    ),
  address: z
    .string(badAddress)
    .check(
      z.regex(addressPattern, badAddress),
      about('Host and port on which the daemon listens. Port 0: any free port. Default: 127.0.0.1:9187.'),
    ),
};

const snapshots = group({
  directory: z.optional(overridable.snapshots_directory),
  keep: z.optional(
    z.int(keepRange).check(z.minimum(1, keepRange), about('Maximum number of snapshots to keep. Default: 10.')),
  ),
  max_age: z.optional(
    duration({ minMs: 1, maxMs: Number.MAX_SAFE_INTEGER }).check(
      about('Age after which a snapshot is removed, such as 30d. Default: none.'),
    ),
  ),
  max_bytes: z.optional(
    z.string(badSize).check(
      z.regex(sizePattern, badSize),
      z.refine((size) => sizeBytes(size) >= 1 && Number.isSafeInteger(sizeBytes(size)), badSize),
      about('Total size that all snapshots may use, such as 20GB (a KB is 1024 bytes). Default: no limit.'),
    ),
  ),
});

const report = group({
  dir: z.optional(
    filePath('../reports').check(
      about('A folder for the HTML report of each run, relative to the folder of this file. Default: none.'),
    ),
  ),
});

const checks = group({
  integrity: z.optional(
    z
      .enum(['written', 'full'], badIntegrity)
      .check(
        about(
          'What integrity_check covers after the revisions: written (the tables that the run could have written) or full. Default: written.',
        ),
      ),
  ),
});

const lint = group({
  ignore: z.optional(
    z
      .record(
        z.string(),
        requiredText('a reason', 'why nothing has to be found, such as: we restore a snapshot instead'),
        expected('a group of rules', 'lines such as no-downgrade: we restore a snapshot instead'),
      )
      .check((rules) => {
        for (const rule of Object.keys(rules.value)) {
          if (lintRules.some((known) => known === rule)) continue;
          const message = problemText('is not a rule', suggest(rule, lintRules));
          rules.issues.push({ code: 'custom', path: [rule], input: rule, message });
        }
      }, about('Rules whose findings are suppressed in all revisions, each with the reason. Default: none.')),
  ),
});

const statistic = group({
  name: requiredText('a name', 'a name for the report').check(about('Its name in reports. Must be unique.')),
  sql: requiredText('an SQL query', 'a SELECT that returns one value').check(
    about('One SELECT. The first column of its first row is the value.'),
  ),
  rule: z.optional(
    z
      .string(badRule)
      .check(
        z.regex(statisticRulePattern, badRule),
        about('same, not-less or within N %. Without a rule the value is only shown.'),
      ),
  ),
});

const window = group({
  name: requiredText('a name', 'a name for the logs').check(about('Its name in logs. Must be unique.')),
  cron: requiredText('a cron expression', 'five fields, such as 0 4 * * *').check(
    about('When it opens, as five cron fields, in `time_zone`.'),
  ),
  time_zone: z.optional(
    z
      .string(badTimeZone)
      .check(z.refine(isTimeZone, badTimeZone), about('The time zone of `cron`, such as Europe/Berlin. Default: UTC.')),
  ),
  duration: z.optional(
    duration({ minMs: 60_000, maxMs: maxTimerMs }).check(
      about('How long it is open. No task starts after that. Default: 1h.'),
    ),
  ),
  grace: z.optional(
    duration({ minMs: 0, maxMs: maxTimerMs }).check(
      about('How long a task may continue after the end of the window before it is stopped. Default: 0s.'),
    ),
  ),
  jitter: z.optional(
    duration({ minMs: 0, maxMs: maxTimerMs }).check(
      about('Upper limit of a random delay, so that not all databases begin at once. Default: 0s.'),
    ),
  ),
  missed: z.optional(
    z
      .enum(['skip', 'run-late'], badMissed)
      .check(about('What to do with a window missed while the daemon was down: skip or run-late. Default: skip.')),
  ),
  tasks: z
    .array(z.enum(taskNames, badTask), expected('a list', `tasks such as [${taskNames.join(', ')}]`))
    .check(z.minLength(1, expected('a list with a task in it', `at least one of ${taskNames.join(', ')}`))),
});

const daemon = group({
  address: z.optional(overridable.address),
});

/** What `config/drydock.yaml` may contain. */
export const fileSchema = group({
  database: z.optional(overridable.database),
  migrations: z.optional(overridable.migrations),
  schema: z.optional(overridable.schema),
  schema_command: z.optional(
    requiredText('a command', 'a shell command such as python -m app.create_db').check(
      about(
        'Instead of `schema`: creates a database with the desired schema at $DRYDOCK_SCHEMA_DATABASE. Default: none.',
      ),
    ),
  ),
  lock_timeout: z.optional(overridable.lock_timeout),
  busy_timeout: z.optional(overridable.busy_timeout),
  deadline: z.optional(overridable.deadline),
  from_base: z.optional(overridable.from_base),
  ignore_tables: z.optional(
    z
      .array(requiredText('the name of a table', 'a name, or the beginning of names and a *'), badTables)
      .check(
        about(
          'Tables and views that do not belong to the revisions: a database without others counts as empty, and they are not compared. A * at the end matches a prefix. Default: none.',
        ),
      ),
  ),
  sqlite_extensions: z.optional(
    z
      .array(filePath('../sqlite/functions.ts'), badExtensions)
      .check(
        about(
          'What the application brings to SQLite, relative to the folder of this file: modules that register functions, aggregates and virtual tables, and loadable extensions. Default: none.',
        ),
      ),
  ),
  allow_network_filesystem: z.optional(
    z
      .boolean(expected('true or false', 'true or false'))
      .check(about('Allow a database on NFS or SMB, where file locks may be unreliable. Default: false.')),
  ),
  as_root: z.optional(overridable.as_root),
  snapshots: z.optional(snapshots.check(about('Which snapshots are kept.'))),
  checks: z.optional(checks.check(about('How the result of a run is checked.'))),
  lint: z.optional(lint.check(about('What lint looks for.'))),
  statistics: z.optional(listOfNamed(statistic).check(about('Numbers to show and judge before and after a run.'))),
  report: z.optional(report.check(about('Reports of runs.'))),
  windows: z.optional(listOfNamed(window).check(about('Maintenance windows of the daemon.'))),
  daemon: z.optional(daemon.check(about('The HTTP server of the daemon.'))),
});

/** The file's settings as written, validated, in their own units. */
export type FileSettings = z.infer<typeof fileSchema>;
