/** What is kept of real runs, however they end. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { layoutFor } from '../../src/files/layout.ts';
import { sqlRevision } from '../harness/files.ts';
import { project } from '../harness/project.ts';
import { a1, people, recordsOf, withClock } from './helpers-runs.ts';

test('a run whose clock was ahead is not the latest for ever, and its report has the name of its record', async (t) => {
  const it = project(t, { 'a1.sql': a1 }, people);
  writeFileSync(
    join(it.root, 'config/drydock.yaml'),
    'database: ../data/app.db\nmigrations: ../migrations\nfrom_base: allow\nreport: { dir: ../reports }\n',
  );
  const ahead = await it.run(['snapshot', 'create'], { env: withClock(it, '365 * 86_400_000') });
  assert.equal(ahead.code, 0, ahead.stderr);
  await it.text('upgrade');
  await it.text('snapshot', 'prune');
  assert.deepEqual(
    recordsOf(it).map(({ command }) => command),
    ['snapshot prune', 'upgrade', 'snapshot create'],
  );
  assert.match(await it.text('report', '--markdown'), /^# snapshot prune of app\.db: done\n/i);
  const namesOf = (folder: string) => readdirSync(folder).map((name) => name.replace(/\.\w+$/, ''));
  assert.deepEqual(namesOf(join(it.root, 'reports')).sort(), namesOf(layoutFor(it).runs).sort());
});

test('one that was refused before the lock leaves none; one that cannot write its record ends as it would have', async (t) => {
  const it = project(t, { 'a1.sql': a1 }, people);
  const broken = join(it.migrations, 'broken.sql');
  writeFileSync(broken, 'no header');
  await it.fails(2, 'upgrade');
  assert.ok(!existsSync(`${it.database}.drydock`));

  writeFileSync(broken, sqlRevision('a2', 'a1', ''));
  const { runs } = layoutFor(it);
  await it.text('ensure-version');
  renameSync(runs, `${runs}.aside`);
  writeFileSync(runs, 'something else stands here');
  const result = await it.run(['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  assert.ok(result.log.some(({ msg }) => msg?.startsWith('no record of this run could be written')));
});
