/** A version table, a history or a run journal that nobody of ours wrote: nothing is concluded from it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { itemsSql, type Place } from '../harness/place.ts';
import type { RefusalCase } from '../harness/refused-commands.ts';
import type { Part } from '../harness/scene.ts';

const versionTable = (sql: string): Pick<RefusalCase, 'sql'> => ({ sql: `${itemsSql}\n${sql}` });
const atRevision = (value: string) =>
  versionTable(
    `CREATE TABLE alembic_version (version_num VARCHAR(32)); INSERT INTO alembic_version VALUES (${value});`,
  );

const historyColumns =
  'id INTEGER PRIMARY KEY, run_id, revision, direction, checksum, started_at, duration_ms, snapshot, tool_version, result';
const history = (columns: string, rows = '') => ({
  ...versionTable(`
    CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL); INSERT INTO alembic_version VALUES ('001_items');
    CREATE TABLE drydock_history (${columns}); ${rows}`),
});
const row = (values: string) => history(historyColumns, `INSERT INTO drydock_history VALUES (${values});`);

const versionCases: readonly Omit<RefusalCase, 'code'>[] = [
  { wrong: 'NULL in alembic_version', ...atRevision('NULL'), says: [/table alembic_version/] },
  { wrong: 'a blob in alembic_version', ...atRevision("x'303031'"), says: [/table alembic_version/] },
  {
    wrong: 'a number in alembic_version',
    ...versionTable('CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES (1);'),
    says: [/table alembic_version/],
  },
  { wrong: 'empty text in alembic_version', ...atRevision("''"), says: [/table alembic_version/] },
  {
    wrong: 'one revision twice in alembic_version',
    ...atRevision("'001_items'), ('001_items'"),
    says: [/'001_items' is in it twice/],
  },
  {
    wrong: 'an alembic_version of other columns',
    ...versionTable('CREATE TABLE alembic_version (version TEXT);'),
    says: [/no column version_num/],
  },
  {
    wrong: 'an alembic_version of two columns',
    ...versionTable(
      "CREATE TABLE alembic_version (version_num TEXT, branch TEXT NOT NULL); INSERT INTO alembic_version VALUES ('001_items', 'a');",
    ),
    says: [/table alembic_version/, /branch/],
  },
  {
    wrong: 'a view by the name of alembic_version',
    ...versionTable("CREATE VIEW alembic_version AS SELECT '001_items' AS version_num;"),
    says: [/alembic_version/, /view/],
  },
  {
    wrong: 'a broken view by the name of alembic_version',
    ...versionTable('CREATE VIEW alembic_version AS SELECT version_num FROM nowhere;'),
    says: [/alembic_version/, /view/],
  },
];

const historyCases: readonly Omit<RefusalCase, 'code'>[] = [
  { wrong: 'a drydock_history of other columns', ...history('run TEXT'), says: [/table drydock_history/, /no column/] },
  {
    wrong: 'a drydock_history with a bad direction',
    ...row("1, 'r', '001_items', 'left', 'c', 's', 1, NULL, '1', 'done'"),
    says: [/table drydock_history/, /direction/],
  },
  {
    wrong: 'a drydock_history with a bad checksum',
    ...row(`1, 'r', '001_items', 'up', 'c', '2026-01-01T00:00:00Z', 1, NULL, '1', 'done'`),
    says: [/table drydock_history/, /checksum/],
  },
  {
    wrong: 'a drydock_history of NULLs',
    ...row('1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL'),
    says: [/table drydock_history/],
  },
  {
    wrong: 'a view by the name of drydock_history',
    ...versionTable('CREATE VIEW drydock_history AS SELECT 1 AS id;'),
    says: [/drydock_history/],
  },
];

const unknownRevision: RefusalCase = {
  wrong: 'an unknown revision in alembic_version',
  code: 4,
  plain: true,
  ...atRevision("'009_newer'"),
  says: [/'009_newer'/, /no revision file has/, /Run the image that has/],
};

const tablesAt = (verb: string) =>
  [...versionCases, ...historyCases].map(
    (it): RefusalCase => ({ ...it, wrong: `${it.wrong} (${verb})`, code: 4, args: [verb] }),
  );

/** `current` and `history` show an unknown revision, and that is what they are for: see input-edited.test.ts. */
const everyVerb = [
  ...[['upgrade'], ['downgrade', 'base'], ['stamp', 'head']].map((args) => ({ ...unknownRevision, args })),
  ...[['downgrade', 'base'], ['stamp', 'head'], ['history'], ['verify']].map((args) => ({
    ...unknownRevision,
    ...atRevision('NULL'),
    wrong: 'NULL in alembic_version',
    says: [/table alembic_version/],
    args,
  })),
].map((it) => ({ ...it, wrong: `${it.wrong} (${it.args.join(' ')})` }));

const journal = (text: string) => (here: Place) => {
  mkdirSync(dirname(here.journal));
  writeFileSync(here.journal, text);
};

const journals: readonly { what: string; text: string }[] = [
  { what: 'an empty run journal', text: '' },
  { what: 'a run journal of garbage', text: '\u0000\u0001 not json' },
  { what: 'a run journal cut short', text: '{"format":1,"runId":"x","phase":"work' },
  { what: 'a run journal of a newer format', text: '{"format":2}' },
];

/** What the database is nobody knows then, and so the code is the one for which a person must look. */
const journalCases = [
  ...journals.map((it) => ({ ...it, args: ['upgrade'] })),
  ...[
    ['downgrade', 'base', '--yes'],
    ['snapshot', 'create'],
    ['snapshot', 'prune'],
  ].map((args) => ({
    what: 'a run journal of garbage',
    text: 'garbage',
    args,
  })),
].map(
  ({ what, text, args }): RefusalCase => ({
    wrong: `${what} (${args.join(' ')})`,
    code: 30,
    args,
    prepare: journal(text),
    says: [/run journal \S+run\.json/, /cannot be understood/, /not touched/, /drydock verify/],
    underLock: true,
    leaves: ['run.json'],
  }),
);

/** A plain read by default, a run in the rest. */
export const bookkeepingCases: Readonly<Record<Part, readonly RefusalCase[]>> = {
  default: [...tablesAt('upgrade').slice(0, 3), ...tablesAt('current'), ...everyVerb, ...journalCases],
  rest: tablesAt('upgrade').slice(3),
};
