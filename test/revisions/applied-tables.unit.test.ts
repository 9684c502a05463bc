import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AppliedPort,
  type HistoryRow,
  markDone,
  readApplied,
  versionTableSql,
  writeApplied,
} from '../../src/revisions/applied-tables.ts';
import { checksum } from '../../src/revisions/files/checksum.ts';
import { failsWith, openDatabase } from './helpers.ts';

const row: Omit<HistoryRow, 'id'> = {
  runId: 'run-1',
  revision: 'a1',
  direction: 'up',
  checksum: checksum('a1'),
  startedAt: '2026-08-23T12:00:00.000Z',
  durationMs: 12,
  snapshot: null,
  toolVersion: '0.1.0',
  result: 'done',
};

const finished = { id: 'a1', checksum: checksum('another text'), startedAt: '2026-01-02T03:04:05.000Z', durationMs: 7 };

test('a database without the tables reads as empty, and stays without them', () => {
  const { port } = openDatabase();
  assert.deepEqual(readApplied(port), { versioned: false, current: [], history: [] });
  assert.deepEqual(port.all('SELECT name FROM sqlite_schema'), []);
});

test('what is written is read back', () => {
  const { port } = openDatabase();
  writeApplied(port, {
    current: ['c1', 'b1'],
    rows: [row, { ...row, revision: 'b1', snapshot: 's1', result: 'deferred' }],
  });
  writeApplied(port, { current: ['c1'], rows: [{ ...row, runId: 'run-2', direction: 'down' }] });
  assert.deepEqual(readApplied(port), {
    versioned: true,
    current: ['c1'],
    history: [
      { id: 1, ...row },
      { id: 2, ...row, revision: 'b1', snapshot: 's1', result: 'deferred' },
      { id: 3, ...row, runId: 'run-2', direction: 'down' },
    ],
  });
});

test('the version table is to the letter what Alembic makes', () => {
  const { port } = openDatabase();
  writeApplied(port, { current: [], rows: [] });
  const stored = port.all("SELECT sql FROM sqlite_schema WHERE name = 'alembic_version'");
  const wanted =
    'CREATE TABLE alembic_version (\n\tversion_num VARCHAR(32) NOT NULL, \n\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)\n)';
  assert.deepEqual(stored, [{ sql: wanted }]);
});

test('a database that Alembic has brought here is taken over', () => {
  const { port, exec } = openDatabase();
  exec(`${versionTableSql}; INSERT INTO alembic_version VALUES ('ae1027a6acf')`);
  assert.deepEqual(readApplied(port), { versioned: true, current: ['ae1027a6acf'], history: [] });
  writeApplied(port, { current: ['b1'], rows: [row] });
  assert.deepEqual(readApplied(port).current, ['b1']);
});

test('rows of the version table that stay are left alone', () => {
  const { port } = openDatabase();
  writeApplied(port, { current: ['a1', 'b1'], rows: [] });
  const rowidOfA1 = () => port.all("SELECT rowid FROM alembic_version WHERE version_num = 'a1'");
  const [before, writes] = [rowidOfA1(), [] as string[]];
  const watched: AppliedPort = {
    all: port.all,
    run: (sql, ...params) => {
      writes.push(`${sql.split(' ')[0]} ${params.join()}`);
      port.run(sql, ...params);
    },
  };
  writeApplied(watched, { current: ['c1', 'a1'], rows: [] });
  assert.deepEqual(rowidOfA1(), before);
  assert.deepEqual(writes, ['DELETE b1', 'INSERT c1']);
});

test('a deferred revision is marked done, and no other row', () => {
  const { port } = openDatabase();
  const deferred = { ...row, result: 'deferred' } as const;
  writeApplied(port, {
    current: ['a1'],
    rows: [deferred, { ...deferred, revision: 'b1' }, { ...deferred, runId: 'run-2' }],
  });
  markDone(port, 'run-1', finished);
  assert.deepEqual(
    readApplied(port).history.map(({ result }) => result),
    ['done', 'deferred', 'deferred'],
  );
  assert.throws(() => markDone(port, 'run-1', finished), /invariant.*0 deferred rows of revision a1/);
});

test('integers may come as bigint', () => {
  const { port } = openDatabase();
  writeApplied(port, { current: [], rows: [row] });
  const bigints: AppliedPort = {
    run: port.run,
    all: (sql, ...params) =>
      port
        .all(sql, ...params)
        .map((found) =>
          Object.fromEntries(
            Object.entries(found as object).map(([key, value]) => [
              key,
              typeof value === 'number' ? BigInt(value) : value,
            ]),
          ),
        ),
  };
  assert.deepEqual(readApplied(bigints), readApplied(port));
});

test('a version table of another shape, or with garbage in it, is an error that says what is wrong', () => {
  const cases: [sql: string, problem: RegExp][] = [
    ['CREATE TABLE alembic_version (version TEXT)', /alembic_version .* no column version_num/],
    [
      'CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES (NULL)',
      /alembic_version .* cannot be read/,
    ],
    ["CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES (x'6131')", /cannot be read/],
    ['CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES (7)', /cannot be read/],
    ["CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('')", /cannot be read/],
    ["CREATE TABLE alembic_version (version_num); INSERT INTO alembic_version VALUES ('a1'), ('a1')", /'a1' .* twice/],
  ];
  for (const [sql, problem] of cases) {
    const { port, exec } = openDatabase();
    exec(sql);
    failsWith('HISTORY', [problem], () => readApplied(port));
    failsWith('HISTORY', [problem], () => writeApplied(port, { current: ['b1'], rows: [] }));
  }
});

test('a history table of another shape, or with garbage in it, is an error that says what is wrong', () => {
  const { port, exec } = openDatabase();
  exec('CREATE TABLE drydock_history (id INTEGER PRIMARY KEY, run_id TEXT)');
  failsWith('HISTORY', [/drydock_history .* no column revision, direction/], () => readApplied(port));
  failsWith('HISTORY', [/drydock_history .* no column/], () => writeApplied(port, { current: [], rows: [row] }));
  for (const [column, value] of [
    ['checksum', 'abc'],
    ['started_at', 'yesterday'],
    ['run_id', ''],
  ] as const) {
    const damaged = openDatabase();
    writeApplied(damaged.port, { current: [], rows: [row] });
    damaged.port.run(`UPDATE drydock_history SET ${column} = ?`, value);
    failsWith('HISTORY', [/drydock_history .* cannot be read/], () => readApplied(damaged.port));
  }
});

test('an application with an SQLite older than 3.37 still reads the schema', () => {
  const { port } = openDatabase();
  writeApplied(port, { current: ['a1'], rows: [row] });
  const newer = 'SELECT name FROM pragma_table_list WHERE strict';
  assert.deepEqual(port.all(newer), []);
});

test('the history table itself refuses a direction or a result that there is not', () => {
  const { port } = openDatabase();
  writeApplied(port, { current: [], rows: [row] });
  assert.throws(() => port.run("UPDATE drydock_history SET direction = 'left'"), /CHECK/);
  assert.throws(() => port.run("UPDATE drydock_history SET result = 'maybe'"), /CHECK/);
  assert.throws(() => port.run("UPDATE drydock_history SET duration_ms = 'long'"), /CHECK/);
});
