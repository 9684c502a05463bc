import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RunRecord } from '../../src/records/run-record.ts';
import { type Project, project, stateOf, tableRevision } from '../harness/project.ts';
import { asOrdinaryUser, giveToOrdinaryUser } from '../harness/users.ts';
import { needs } from '../harness/volumes.ts';

const people = 'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT);';
const files = { 'a1.sql': tableRevision('a1', undefined) };

function writeReportsTo({ root }: Project, folder: string): void {
  writeFileSync(
    join(root, 'config/drydock.yaml'),
    `database: ../data/app.db\nmigrations: ../migrations\nfrom_base: allow\nreport: { dir: ${folder} }\n`,
  );
}

test('a report is printed or written to a new file, of the last run or of one that is named, and reads only', async (t) => {
  const it = project(t, files, people);
  assert.match(await it.fails(2, 'report'), /^No run has left a record in \S+app\.db\.drydock\/runs/);
  assert.match(await it.text('report', '--list'), /^No run of \S+ has left a record$/);
  await it.text('upgrade');
  await it.text('downgrade', '-1');

  const before = stateOf(it.root);
  const list = await it.json<{ runs: { runId: string; command: string }[]; damaged: unknown[] }>('report', '--list');
  assert.deepEqual([list.runs.map(({ command }) => command), list.damaged], [['downgrade', 'upgrade'], []]);
  const [down, up] = list.runs;
  assert.match(
    await it.text('report', '--list'),
    new RegExp(`^RUN +BEGAN +COMMAND +ENDING +MS\n${down?.runId.slice(0, 8)} `),
  );
  const html = await it.text('report');
  assert.match(html, /^<!DOCTYPE html>\n/);
  assert.match(html, /<title>Downgrade of app\.db: done<\/title>/);
  const markdown = await it.text('report', String(up?.runId.slice(0, 6)), '--markdown');
  assert.match(markdown, /^# Upgrade of app\.db: done\n/);
  assert.match(markdown, /^CREATE TABLE t_a1 \(n INTEGER\);$/m);
  assert.match(markdown, /^- table t\\?_a1 is new$/m);
  const { run, output } = await it.json<{ run: RunRecord; output: null }>('report', 'latest');
  assert.deepEqual([run.runId, run.command, output], [down?.runId, 'downgrade', null]);
  assert.equal(stateOf(it.root), before, 'nothing is touched');

  const file = join(it.root, 'report.html');
  assert.match(await it.text('report', '-o', 'report.html'), /^The report of run \S+ is in \S+report\.html$/);
  assert.equal(readFileSync(file, 'utf8').trimEnd(), html);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const database = readFileSync(it.database);
  assert.match(await it.fails(2, 'report', '--output', it.database), /app\.db is there already/);
  assert.deepEqual(readFileSync(it.database), database);
});

test('with report.dir each run leaves its report there; that it cannot changes nothing else', async (t) => {
  const it = project(t, files, people);
  writeReportsTo(it, '../reports/drydock');
  await it.text('upgrade');
  await it.text('upgrade');
  const folder = join(it.root, 'reports/drydock');
  const [name = '', ...others] = readdirSync(folder);
  assert.deepEqual(others, [], 'where nothing was pending there was no run');
  const [record = ''] = readdirSync(`${it.database}.drydock/runs`);
  assert.equal(name, record.replace(/json$/, 'html'));
  assert.match(readFileSync(join(folder, name), 'utf8'), /<title>Upgrade of app\.db: done<\/title>/);

  writeReportsTo(it, '../config/drydock.yaml');
  const result = await it.run(['downgrade', '-1']);
  assert.equal(result.code, 0, result.stderr);
  assert.ok(
    result.log.some(({ msg }) => msg?.startsWith('no report of this run could be written')),
    result.stderr,
  );
  assert.equal(readdirSync(`${it.database}.drydock/runs`).length, 2, 'its record is there all the same');
  assert.ok(!existsSync(join(it.root, 'config/drydock.yaml.tmp')));
});

test('every folder that root makes for reports is of the owner of the database', needs(), async (t) => {
  const it = project(t, files, people);
  writeReportsTo(it, '../out/of/reports');
  giveToOrdinaryUser(it.root);
  await it.text('upgrade');
  const { uid, gid } = statSync(it.database);
  for (const folder of ['out', 'out/of', 'out/of/reports']) {
    const stats = statSync(join(it.root, folder));
    assert.deepEqual([stats.uid, stats.gid], [uid, gid], folder);
  }
  const result = await asOrdinaryUser(it.root, ['downgrade', '-1']);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(readdirSync(join(it.root, 'out/of/reports')).length, 2, result.stderr);
});
