import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { type Flags, loadConfig } from '../../src/config/config.ts';
import { projectRoot } from '../harness/files.ts';
import { folderWith } from './folder.ts';

const load = (cwd: string, flags: Flags = {}, env: Record<string, string> = {}) => loadConfig({ cwd, env, flags });

test('without a file the database comes from a flag and the rest are defaults', async () => {
  const cwd = folderWith();
  assert.deepEqual(await load(cwd, { database: 'data/app.db' }), {
    database: path.join(cwd, 'data/app.db'),
    migrations: path.join(cwd, 'migrations'),
    noRevisions: 'refused',
    wantedSchema: undefined,
    lockTimeoutMs: 300_000,
    busyTimeoutMs: 60_000,
    deadlineMs: undefined,
    fromBase: 'refuse',
    ignoreTables: [],
    sqliteExtensions: [],
    allowNetworkFilesystem: false,
    snapshots: { keep: 10 },
    integrity: 'written',
    lintIgnore: {},
    statistics: [],
    reportDir: undefined,
    windows: [],
    daemonAddress: { host: '127.0.0.1', port: 9187 },
  });
});

test('every key is read', async () => {
  const cwd = folderWith(`
    database: ../data/app.db
    migrations: ./steps
    schema: ../schema.sql
    lock_timeout: 0s
    busy_timeout: 1.5m
    deadline: 2h
    from_base: allow
    ignore_tables: [spatial_ref_sys, gpkg_*]
    sqlite_extensions: [./functions.ts]
    allow_network_filesystem: true
    snapshots: { keep: 3, max_age: 30d, max_bytes: 20GB }
    statistics:
      - { name: a, sql: SELECT 1, rule: same }
      - { name: b, sql: SELECT 2, rule: not-less }
      - { name: c, sql: SELECT 3, rule: within 0.5 % }
      - { name: d, sql: SELECT 4 }
    checks: { integrity: full }
    lint: { ignore: { no-downgrade: we restore a snapshot } }
    report: { dir: ../reports }
    windows:
      - { name: night, cron: 0 4 * * *, time_zone: Europe/Berlin, tasks: [upgrade, prune] }
      - { name: noon, cron: 0 12 * * 1-5, tasks: [verify], duration: 2h, grace: 15m, jitter: 10m, missed: run-late }
    daemon: { address: '[::1]:80' }`);
  assert.deepEqual(await load(cwd), {
    database: path.join(cwd, 'data/app.db'),
    migrations: path.join(cwd, 'config/steps'),
    noRevisions: 'refused',
    wantedSchema: { kind: 'file', path: path.join(cwd, 'schema.sql') },
    lockTimeoutMs: 0,
    busyTimeoutMs: 90_000,
    deadlineMs: 7_200_000,
    fromBase: 'allow',
    ignoreTables: ['spatial_ref_sys', 'gpkg_*'],
    sqliteExtensions: [path.join(cwd, 'config/functions.ts')],
    allowNetworkFilesystem: true,
    snapshots: { keep: 3, maxAgeMs: 30 * 86_400_000, maxBytes: 20 * 1024 ** 3 },
    integrity: 'full',
    lintIgnore: { 'no-downgrade': 'we restore a snapshot' },
    statistics: [
      { name: 'a', sql: 'SELECT 1', rule: { kind: 'same' } },
      { name: 'b', sql: 'SELECT 2', rule: { kind: 'not-less' } },
      { name: 'c', sql: 'SELECT 3', rule: { kind: 'within', percent: 0.5 } },
      { name: 'd', sql: 'SELECT 4' },
    ],
    reportDir: path.join(cwd, 'reports'),
    windows: [
      {
        name: 'night',
        cron: '0 4 * * *',
        timeZone: 'Europe/Berlin',
        durationMs: 3_600_000,
        graceMs: 0,
        jitterMs: 0,
        missed: 'skip',
        tasks: ['upgrade', 'prune'],
      },
      {
        name: 'noon',
        cron: '0 12 * * 1-5',
        timeZone: 'UTC',
        durationMs: 7_200_000,
        graceMs: 900_000,
        jitterMs: 600_000,
        missed: 'run-late',
        tasks: ['verify'],
      },
    ],
    daemonAddress: { host: '::1', port: 80 },
  });
});

test('flags go before environment, environment before the file', async () => {
  const cwd = folderWith('database: file.db\nlock_timeout: 1s\nbusy_timeout: 1s\ndeadline: 1m\n');
  const env = { DRYDOCK_DATABASE: 'env.db', DRYDOCK_LOCK_TIMEOUT: '2s', DRYDOCK_BUSY_TIMEOUT: '2s' };
  const config = await load(cwd, { database: 'flag.db', lockTimeout: '3s', deadline: undefined }, env);
  assert.equal(config.database, path.join(cwd, 'flag.db'));
  assert.equal(config.lockTimeoutMs, 3000);
  assert.equal(config.busyTimeoutMs, 2000);
  assert.equal(config.deadlineMs, 60_000);
});

test('paths are relative to where they were said', async () => {
  const cwd = folderWith('database: a.db\n');
  assert.equal((await load(cwd)).database, path.join(cwd, 'config/a.db'));
  assert.equal((await load(cwd)).migrations, path.join(cwd, 'migrations'));
  const { migrations } = await load(cwd, {}, { DRYDOCK_MIGRATIONS: '../elsewhere' });
  assert.equal(migrations, path.resolve(cwd, '../elsewhere'));
  assert.equal((await load(cwd, { database: '/abs/a.db' })).database, '/abs/a.db');
});

test('a desired schema may come from a command, and a file that is named by flag or environment goes before it', async () => {
  const cwd = folderWith('database: a.db\nschema_command: make it\n');
  assert.deepEqual((await load(cwd)).wantedSchema, { kind: 'command', command: 'make it' });
  const { wantedSchema } = await load(cwd, { schema: 'b.sql' }, { DRYDOCK_SCHEMA: 'c.sql' });
  assert.deepEqual(wantedSchema, { kind: 'file', path: path.join(cwd, 'b.sql') });
});

test('another file can be named by flag or environment', async () => {
  const cwd = folderWith('database: default.db\n');
  writeFileSync(path.join(cwd, 'other.yaml'), '\uFEFFdatabase: other.db\r\n');
  assert.equal((await load(cwd, { config: 'other.yaml' })).database, path.join(cwd, 'other.db'));
  assert.equal((await load(cwd, {}, { DRYDOCK_CONFIG: 'other.yaml' })).database, path.join(cwd, 'other.db'));
});

test('variables of the entrypoint, of schema_command and of fault tests are let be', async () => {
  const env = {
    DRYDOCK_ON_FAILURE: 'serve',
    DRYDOCK_SKIP: '',
    DRYDOCK_FAULT_AT: '3',
    DRYDOCK_SCHEMA_DATABASE: 's',
    DRYDOCKER: 'x',
  };
  assert.equal((await load(folderWith(), { database: '/a.db' }, env)).database, '/a.db');
});

test('what the compose file reads may stand in the environment of a command too', async () => {
  const compose = readFileSync(path.join(projectRoot, 'ops/compose.yaml'), 'utf8');
  const names = [...compose.matchAll(/\$\{(DRYDOCK_[A-Z_]+)/g)].map(([, name]) => String(name));
  assert.ok(names.length > 0);
  const env = Object.fromEntries(names.map((name) => [name, 'drydock:0.1.0']));
  assert.equal((await load(folderWith(), { database: '/a.db' }, env)).database, '/a.db');
});

test("the variables that Kubernetes makes of a Service named drydock are nobody's typing errors", async () => {
  const names = [
    'SERVICE_HOST',
    'SERVICE_PORT',
    'SERVICE_PORT_METRICS',
    'PORT',
    'PORT_9187_TCP',
    'PORT_9187_TCP_PROTO',
  ];
  const more = ['PORT_9187_TCP_PORT', 'PORT_9187_TCP_ADDR', 'METRICS_SERVICE_HOST', 'METRICS_PORT_9187_TCP_ADDR'];
  const env = Object.fromEntries([...names, ...more].map((name) => [`DRYDOCK_${name}`, '10.0.0.1']));
  assert.equal((await load(folderWith(), { database: '/a.db' }, env)).database, '/a.db');
});

test("et-intel's own config is valid", async () => {
  const root = path.resolve(import.meta.dirname, '../..');
  const config = await load(root);
  assert.equal(config.database, path.join(root, 'data/et_intelligence.db'));
  assert.equal(config.migrations, path.join(root, 'migrations'));
  assert.equal(config.statistics.length, 5);
});

test('node-cron is not loaded where there are no windows', () => {
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({ load(url, context, next) { if (url.includes('node-cron')) console.log(url); return next(url, context) } });
    const { loadConfig } = await import(${JSON.stringify(import.meta.resolve('../../src/config/config.ts'))});
    await loadConfig({ cwd: process.argv[1], env: {}, flags: {} });`;
  const loaded = (content: string) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script, folderWith(content)], { encoding: 'utf8' });
  assert.equal(loaded('database: a.db\n'), '');
  assert.match(loaded('database: a.db\nwindows: [{ name: n, cron: 0 4 * * *, tasks: [prune] }]\n'), /node-cron/);
});
