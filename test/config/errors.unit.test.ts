import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Flags, loadConfig } from '../../src/config/config.ts';
import { DrydockError } from '../../src/errors.ts';
import { folderWith } from './folder.ts';

interface Given {
  readonly yaml?: string | Uint8Array;
  readonly flags?: Flags;
  readonly env?: Record<string, string>;
}

async function messageFor({ yaml, flags = {}, env = {} }: Given): Promise<string> {
  const cwd = folderWith(yaml);
  const error: unknown = await loadConfig({ cwd, env, flags }).then(
    () => assert.fail('it was accepted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof DrydockError, String(error));
  assert.equal(error.code, 'USAGE');
  assert.ok(error.next, 'it does not say what to do');
  assert.doesNotMatch(error.message, /\n/);
  return error.message.replaceAll(cwd, '<cwd>');
}

/** Lines of a file after `database: a.db`, so that what is wrong stands on line 2. */
const inFile: [line: string, message: string][] = [
  ['lock_timout: 5m', 'lock_timout is not a known key. Did you mean lock_timeout?'],
  ['lockTimeout: 5m', 'lockTimeout is not a known key. Did you mean lock_timeout?'],
  ['snapshots: { kep: 3 }', 'snapshots.kep is not a known key. Did you mean keep?'],
  ['zebra: 3', 'zebra is not a known key. Valid names: database, migrations, schema, schem'],
  ['lock_timeout: 30', 'lock_timeout has no unit: 30. Write 30s for seconds'],
  ["lock_timeout: '30'", 'lock_timeout has no unit: 30. Write 30s for seconds'],
  ['busy_timeout: -5s', 'busy_timeout is negative: -5s'],
  ['busy_timeout: 5 parsecs', "busy_timeout is '5 parsecs', not a duration. Write a number and a unit"],
  ['busy_timeout: 5M', "busy_timeout is '5M', not a duration"],
  ['busy_timeout: 25d', 'busy_timeout is too long: 25d. Write at most 24d'],
  ['busy_timeout:', 'busy_timeout has no value, not a duration'],
  ['deadline: 0s', 'deadline is too short: 0s. Write at least 1ms, or leave it out'],
  ['deadline: [1]', 'deadline is a list, not a duration'],
  ['migrations: sqlite:///data/app.db', "migrations is 'sqlite:///data/app.db', not the path"],
  ["migrations: ':memory:'", "migrations is ':memory:', not the path"],
  ['migrations: 5', 'migrations is 5, not the path'],
  ['from_base: yes', "from_base is 'yes', not what to do"],
  ['ignore_tables: gpkg_*', "ignore_tables is 'gpkg_*', not a list"],
  ['allow_network_filesystem: yes', "allow_network_filesystem is 'yes', not true or false"],
  ['snapshots:', 'snapshots has no value, not a group of keys'],
  ['snapshots: { keep: 0 }', 'snapshots.keep is 0, not a whole number from 1'],
  ['snapshots: { keep: 1.5 }', 'snapshots.keep is 1.5, not a whole number from 1'],
  ['snapshots: { max_age: 0s }', 'snapshots.max_age is too short: 0s'],
  ['snapshots: { max_bytes: 20G }', "snapshots.max_bytes is '20G', not a size"],
  ['snapshots: { max_bytes: 500 }', 'snapshots.max_bytes has no unit: 500. Write 500B'],
  ['snapshots: { max_bytes: 0B }', 'snapshots.max_bytes is out of range: 0B'],
  ['snapshots: { max_bytes: -1GB }', 'snapshots.max_bytes is negative: -1GB'],
  ['statistics: { name: a }', 'statistics is a group of keys, not a list'],
  ['statistics: [{ sql: SELECT 1 }]', 'statistics[0].name is missing, not a name'],
  ["statistics: [{ name: a, sql: ' ' }]", "statistics[0].sql is ' ', not an SQL query"],
  ['statistics: [a]', "statistics[0] is 'a', not a group of keys"],
  ['statistics: [~]', 'statistics[0] has no value, not a group of keys'],
  [
    'statistics: [{ name: a, sql: S, rule: less }]',
    "statistics[0].rule is 'less', not a rule. Write same, not-less or",
  ],
  ['statistics: [{ name: a, sql: S, rule: within 5 }]', "statistics[0].rule is 'within 5', not a rule"],
  ['statistics: [{ name: a, sql: S }, { name: a, sql: T }]', "statistics[1].name is a duplicate: 'a'"],
  [
    'windows: [{ name: a, cron: 61 4 * * *, tasks: [prune] }]',
    "windows[0].cron is '61 4 * * *', not a cron expression",
  ],
  [
    'windows: [{ name: a, cron: 0 4 31 2 *, tasks: [prune] }]',
    "windows[0].cron is '0 4 31 2 *', not a cron expression",
  ],
  [
    'windows: [{ name: a, cron: 0 4 31W 2 *, tasks: [prune] }]',
    "windows[0].cron is '0 4 31W 2 *', not a cron expression of five fields that ever fires",
  ],
  ['windows: [{ name: a, cron: x, tasks: [] }]', 'windows[0].tasks is a list, not a list with a task in it'],
  [
    'windows: [{ name: a, cron: x, tasks: [snapshots] }]',
    "windows[0].tasks[0] is 'snapshots', not a task. Did you mean snapshot?",
  ],
  [
    'windows: [{ name: a, cron: x, time_zone: Mars, tasks: [prune] }]',
    "windows[0].time_zone is 'Mars', not a time zone",
  ],
  [
    'windows: [{ name: a, cron: 0 30 2 * * *, tasks: [prune] }]',
    "windows[0].cron is '0 30 2 * * *', not a cron expression of five fields",
  ],
  [
    'windows: [{ name: a, cron: 30 2 * * *, tasks: [prune], jitter: 1h }]',
    "windows[0].jitter is '1h', and the window is open for 1h. Write less than its duration",
  ],
  ['windows: [{ name: a, cron: x, tasks: [prune], duration: 5s }]', 'windows[0].duration is too short: 5s'],
  [
    'windows: [{ name: a, cron: x, tasks: [prune], missed: late }]',
    "windows[0].missed is 'late', not what to do. Write skip or run-late",
  ],
  ['daemon: { address: 9187 }', 'daemon.address is 9187, not an address. Write a host and a port'],
  ['daemon: { address: localhost }', "daemon.address is 'localhost', not an address"],
  ['daemon: { address: "a:65536" }', "daemon.address is 'a:65536', not an address"],
  ['database: b.db', 'duplicate key database. Remove one of the two'],
  ['a: [1', 'not valid YAML: '],
  ['\tdeadline: 5m', 'not valid YAML: '],
  ['deadline: !!duration 5m', 'not valid YAML: Unresolved tag'],
];
for (const [line, message] of inFile) {
  test(`file: ${line}`, async () => {
    const actual = await messageFor({ yaml: `database: a.db\n${line}\n` });
    assert.match(actual, /^config\/drydock\.yaml:[23]: /);
    assert.equal(actual.slice('config/drydock.yaml:2: '.length).slice(0, message.length), message);
  });
}

const whole: [name: string, given: Given, message: string][] = [
  ['an empty file', { yaml: '' }, 'config/drydock.yaml is empty. Write at least one key'],
  ['a file of comments', { yaml: '# later\n' }, 'config/drydock.yaml is empty'],
  ['a file of one word', { yaml: 'hello' }, "config/drydock.yaml is 'hello', not a group of keys"],
  ['a file of a list', { yaml: '- a' }, 'config/drydock.yaml is a list, not a group of keys'],
  [
    'UTF-16',
    { yaml: Buffer.from('\uFEFFdatabase: a.db', 'utf16le') },
    'config/drydock.yaml is not UTF-8 text. Save it',
  ],
  ['Latin-1', { yaml: Buffer.from('database: größe.db', 'latin1') }, 'config/drydock.yaml is not UTF-8 text'],
  ['an alias to nothing', { yaml: 'database: *b' }, 'config/drydock.yaml is not valid YAML: Unresolved alias'],
  [
    'an alias to itself',
    { yaml: 'statistics: &a [*a]' },
    'config/drydock.yaml:1: statistics[0] is a list, not a group',
  ],
  [
    'two documents',
    { yaml: 'database: a\n---\ndatabase: b' },
    'config/drydock.yaml:2: not valid YAML: Source contains',
  ],
  ['the first of several', { yaml: 'a: 1\ndeadline: 1\n' }, 'config/drydock.yaml:1: a is not a known key'],
  ['the first, if it is a value', { yaml: 'deadline: 1\na: 1\n' }, 'config/drydock.yaml:1: deadline has no unit'],
  ['no database', { yaml: 'deadline: 5m' }, 'no database is named. Set database in config/drydock.yaml, or give'],
  ['no file and no database', {}, 'no database is named. Set database in config/drydock.yaml, or give'],
  ['a file that is not there', { flags: { config: 'x.yaml' } }, 'the config file <cwd>/x.yaml does not exist. Correct'],
  ['the same by environment', { env: { DRYDOCK_CONFIG: '/x.yaml' } }, 'the config file /x.yaml does not exist'],
  ['a folder', { flags: { config: 'config' } }, 'config cannot be read: EISDIR'],
  ['a flag without a unit', { flags: { deadline: '30' } }, '--deadline has no unit: 30. Write 30s'],
  ['an empty flag', { flags: { database: '' } }, '--database has no value, not the path'],
  ['a negative flag', { flags: { lockTimeout: '-1s' } }, '--lock-timeout is negative: -1s'],
  ['a variable', { env: { DRYDOCK_BUSY_TIMEOUT: 'long' } }, "DRYDOCK_BUSY_TIMEOUT is 'long', not a duration"],
  ['an empty variable', { env: { DRYDOCK_DATABASE: '' } }, 'DRYDOCK_DATABASE is set but empty. Give it a value'],
  [
    'an Alembic URL',
    { env: { DRYDOCK_DATABASE: 'sqlite:///a.db' } },
    "DRYDOCK_DATABASE is 'sqlite:///a.db', not the path",
  ],
  [
    'an unknown variable',
    { env: { DRYDOCK_DATABSE: 'a' } },
    'the environment sets DRYDOCK_DATABSE, which Drydock does',
  ],
];
for (const [name, given, message] of whole) {
  test(`refused: ${name}`, async () => {
    assert.equal((await messageFor(given)).slice(0, message.length), message);
  });
}

test('a default file that is a folder is not taken for no file', async () => {
  const cwd = folderWith();
  mkdirSync(path.join(cwd, 'config', 'drydock.yaml'));
  await assert.rejects(loadConfig({ cwd, env: {}, flags: { database: 'a.db' } }), /EISDIR/);
});

test('an error in a deep file names its line', async () => {
  const yaml =
    'database: a.db\n\nstatistics:\n  - name: a\n    sql: SELECT 1\n  # why\n  - name: b\n    sql: S\n    rule: x\n';
  assert.match(await messageFor({ yaml }), /^config\/drydock\.yaml:9: statistics\[1\]\.rule is 'x'/);
  assert.match(
    await messageFor({ yaml: 'statistics:\n  - name: a\n' }),
    /^config\/drydock\.yaml:2: statistics\[0\]\.sql is missing/,
  );
});
